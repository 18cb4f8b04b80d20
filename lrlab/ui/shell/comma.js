// A comma in a number field is a decimal point. Browsers drop it otherwise, and 0,05 becomes 5. In a field for
// whole numbers, which has a placeholder, it can only separate thousands: there the browser may drop it.
if (!window.lrlabComma) {
  window.lrlabComma = true;
  document.addEventListener(
    "beforeinput",
    (event) => {
      const { data, target } = event;
      if (target.type !== "number" || target.placeholder || !data?.includes(",")) return;
      event.preventDefault();
      const isOne = data.split(/[.,]/).length === 2; // pasted text such as 1,234.5 has two readings
      if (isOne) document.execCommand("insertText", false, data.replace(",", "."));
    },
    true,
  );
}
