// A comma in a number field is a decimal point. Browsers drop it otherwise, and 0,05 becomes 5. In a field for
// whole numbers, which has a placeholder, commas may only separate the thousands of a pasted number. Other
// commas and points are refused there, with all that is typed after them, or 1,5 would become 15.
if (!window.lrlabComma) {
  window.lrlabComma = true;
  const refusal = "Write a whole number, without commas or points.";
  const end = ({ target }) => target.validationMessage === refusal && target.setCustomValidity("");
  addEventListener("focusout", end, true);
  addEventListener(
    "beforeinput",
    (event) => {
      const { data, target } = event;
      if (target.type !== "number") return;
      if (target.placeholder) {
        if (!data || getSelection().toString()) end(event); // what was refused is removed
        if (!data) return;
        const isGrouped = /^\d{1,3}(,\d{3})+$/.test(data);
        const isPart = target.validationMessage === refusal || (/[.,]/.test(data) && !isGrouped);
        if (!isPart) return;
        event.preventDefault();
        target.setCustomValidity(refusal);
        target.reportValidity();
      } else if (data?.includes(",")) {
        event.preventDefault();
        const isOne = data.split(/[.,]/).length === 2; // pasted text such as 1,234.5 has two readings
        if (isOne) document.execCommand("insertText", false, data.replace(",", "."));
      }
    },
    true,
  );
}
