"""A plan as plain Python, without any library."""

from lrlab.export.base import Export, comment
from lrlab.export.formula import scalar_function


def write(export: Export) -> str:
    """A function of the epoch, or of the step, with `math` alone."""
    plan = export.plan
    what = "epoch" if plan.clock == "epoch" else "step"
    resume = f"The {what} counts from the start of the whole run, also after a checkpoint."
    first = f"{export.first}, " if export.first else ""
    function, use = scalar_function(plan), f"#     lr = learning_rate({what})\n"
    if plan.momentum:
        function += f"\n\n{scalar_function(plan.momentum, 'momentum')}"
        use += f"#     the momentum is momentum({what})\n"
    return (
        comment(export.afterwards, resume)
        + f"{imports(function)}{function}\n\n"
        + f"# for {what} in range({first}{export.settings}):\n{use}"
    )


def imports(code: str, *others: str) -> str:
    """The imports: `math` if the code needs it, and others; with the empty lines before a function."""
    groups = [*(["import math"] if "math." in code else []), *(["\n".join(others)] if others else [])]
    return "\n\n".join(groups) + ("\n\n\n" if groups else "\n\n")
