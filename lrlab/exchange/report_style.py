"""The style of reports that stand alone: light or dark as the reader's system is, and light on paper."""

from lrlab.figures.theme import DARK, LIGHT

STYLE = f"""
:root {{ color-scheme: light dark; {LIGHT} }}
@media screen and (prefers-color-scheme: dark) {{ :root {{ {DARK} }} }}
* {{ box-sizing: border-box; }}
body {{ margin: 0; background: var(--paper); color: var(--ink);
  font: 15px/1.5 "Source Sans 3", "Source Sans Pro", "Segoe UI", Helvetica, Arial, sans-serif; }}
main {{ max-width: 908px; margin: 0 auto; padding: 32px 24px 64px; }}
h1 {{ margin: 0; font-size: 26px; line-height: 1.25; overflow-wrap: anywhere; }}
h2 {{ margin: 0 0 4px; font-size: 18px; }}
header p {{ margin: 6px 0 0; color: var(--grey); overflow-wrap: anywhere; }}
section {{ margin-top: 36px; }}
figure {{ margin: 14px 0 0; }}
svg {{ display: block; max-width: 100%; height: auto; }}
.narrow {{ display: none; }}
.card {{ margin-top: 24px; padding: 18px 24px; border: 1px solid var(--faint); border-left: 5px solid;
  border-radius: 10px; overflow-wrap: anywhere; }}
.card p {{ margin: 8px 0 0; }}
.card .label {{ margin: 0; color: var(--grey); font-weight: 600; }}
.card .answer {{ margin: 2px 0 10px; font-size: 32px; font-weight: 700; line-height: 1.2; }}
.card ul {{ margin: 12px 0 0; padding: 0; list-style: none; }}
.card li {{ margin-top: 6px; padding-left: 26px; position: relative; }}
.card li::before {{ position: absolute; left: 0; font-weight: 700; }}
.beats::before {{ content: "\\2713"; color: var(--hue2); }}
.open::before {{ content: "\\2248"; color: var(--grey); }}
.said {{ margin: 6px 0 0; font-size: 20px; font-weight: 600; }}
.more {{ margin: 6px 0 0; color: var(--grey); font-size: 14px; overflow-wrap: anywhere; }}
ul.more {{ padding-left: 20px; }}
.table {{ margin-top: 12px; overflow-x: auto; }}
table {{ width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }}
th, td {{ padding: 8px 10px; border-bottom: 1px solid var(--faint); text-align: right; vertical-align: top; }}
th:first-child {{ text-align: left; overflow-wrap: anywhere; min-width: 130px; }}
td {{ font-weight: 600; white-space: nowrap; }}
thead th {{ color: var(--grey); font-weight: 600; vertical-align: bottom; }}
small {{ display: block; color: var(--grey); font-size: 13px; font-weight: 400; }}
i {{ display: inline-block; width: 10px; height: 10px; margin-right: 8px; border-radius: 50%; }}
pre {{ padding: 14px 16px; border: 1px solid var(--faint); border-radius: 8px;
  font-size: 13px; line-height: 1.45; white-space: pre-wrap; overflow-wrap: anywhere; }}
a {{ color: var(--primary); }}
@media screen and (max-width: 760px) {{
  main {{ padding: 20px 16px 48px; }}
  .wide {{ display: none; }}
  .narrow {{ display: block; }}
  .narrow svg {{ width: 100%; max-width: 440px; }}
  .card .answer {{ font-size: 26px; }}
}}
@media print {{
  main {{ max-width: none; padding: 0; }}
  figure, .card, tr {{ break-inside: avoid; }}
  h2 {{ break-after: avoid; }}
  body {{ print-color-adjust: exact; -webkit-print-color-adjust: exact; }}
}}
"""
