"""The colours of the pages, for pictures that stand alone; a test compares them with the theme's file."""

from lrlab.figures.svg import css_variables

LIGHT = css_variables(
    (
        "#0072b2",
        "#c35f00",
        "#00805c",
        "#c2304a",
        "#8a4bb8",
        "#8f7400",
        "#5f6b7a",
        "#00808f",
        "#a3415b",
        "#4b5bd6",
    ),
    ink="#1b2230",
    paper="#ffffff",
    grey="#5f6b7a",
    faint="#e3e7ec",
    primary="#0072b2",
    bad="#c2304a",
)
DARK = css_variables(
    (
        "#56b4e9",
        "#f2a33a",
        "#37c89a",
        "#ff7b87",
        "#c99bf0",
        "#f0e35e",
        "#a9b4c2",
        "#4fd3e0",
        "#f59ab5",
        "#9aa5ff",
    ),
    ink="#e8ecf2",
    paper="#10141c",
    grey="#a9b4c2",
    faint="#2a313d",
    primary="#56b4e9",
    bad="#ff7b87",
)
