// Computes a plan's lines from the values of its sliders, as Plan.curve does in Python.

const POINTS = 400;
const functions = new Map(); // one function per formula, for all its numbers

function rateFunction(body) {
  if (!functions.has(body)) functions.set(body, new Function("p", "step", "sum", body));
  return functions.get(body);
}

function even(value) {
  const near = Math.round(value); // NumPy rounds halves to even numbers
  return near - value === 0.5 && near % 2 ? near - 1 : near;
}

function stepsToDraw(clock, epochs, size) {
  const steps = [];
  if (clock === "epoch") {
    for (let first = 0; first < epochs * size; first += size) {
      steps.push(first);
      if (size > 1) steps.push(first + size - 1);
    }
    return steps;
  }
  const last = epochs * size - 1;
  for (let at = 0; at < POINTS; at++) {
    const step = at === POINTS - 1 ? last : even(at * (last / (POINTS - 1)));
    if (step !== steps.at(-1)) steps.push(step);
  }
  return steps;
}

function runningSum() {
  const totals = [];
  return (n, term) => {
    while (totals.length <= n) totals.push((totals.at(-1) ?? 0) + term(totals.length));
    return totals[n];
  };
}

// The length of an epoch on an axis of epochs, steps or images.
function anEpoch(numbers, axis, batchSize) {
  const { steps_per_epoch: steps, batches_per_epoch: batches } = numbers;
  return { epoch: 1, step: steps, image: batches * batchSize }[axis];
}

// The rates of a line at some steps. Its running sum stays as long as its numbers do.
function ratesAt(line, numbers, steps) {
  const key = JSON.stringify(numbers);
  if (line.summed !== key) Object.assign(line, { summed: key, sum: runningSum() });
  const rate = rateFunction(line.body);
  return steps.map((step) => rate(numbers, step, line.sum));
}

// The points of a line: x in units of the axis, y the rate.
// If the numbers of a line have not changed since the last call, the arrays are the same.
function pointsOf(line, numbers, axis, batchSize) {
  const { clock } = line;
  const key = JSON.stringify(numbers);
  if (line.key === key) return line.points;
  const { epochs, steps_per_epoch: size } = numbers;
  const steps = stepsToDraw(clock, epochs, size);
  const y = ratesAt(line, numbers, steps);
  if (clock === "epoch") {
    steps.push(epochs * size); // the last epoch's rate holds until its end
    y.push(y.at(-1));
  }
  line.key = key;
  const length = anEpoch(numbers, axis, batchSize);
  line.points = { x: steps.map((step) => (step / size) * length), y };
  return line.points;
}

// The current value of a slider, as screen readers get it; undefined if nobody is at it. Others say a wrong value for a
// moment when an answer adds one to their own: their places have other values first.
function thumb(key) {
  const input = document.querySelector(`.${key}:is(:active, :focus-within) input[type="range"]`);
  const text = input?.getAttribute("aria-valuetext");
  return text == null || Number.isNaN(Number(text)) ? undefined : Number(text);
}

// A value as its slider says it.
function short(value) {
  return Number(value.toPrecision(6));
}

// A line's numbers with the values of the sliders and of its rings; its own object if nothing has moved.
function followed(line) {
  const moved = {};
  for (const [name, key] of Object.entries(line.sliders)) {
    const value = thumb(key);
    if (value !== undefined && value !== short(line.numbers[name])) moved[name] = value;
  }
  Object.assign(moved, line.dragged); // the slider may have its value from before
  if (!Object.keys(moved).length) return line.numbers;
  const numbers = { ...line.numbers, ...moved };
  return { ...numbers, steps_per_epoch: Math.ceil(numbers.batches_per_epoch / numbers.batches_per_update) };
}

// The server's figure, with new lines for the sliders that have moved since.
function withThumbs(figure, live) {
  const numbers = live.lines.map(followed);
  const data = figure.data.map((trace, at) =>
    numbers[at] === live.lines[at].numbers
      ? trace
      : { ...trace, ...pointsOf(live.lines[at], numbers[at], live.axis, live.batch_size) },
  );
  const length = numbers[0].epochs * anEpoch(numbers[0], live.axis, live.batch_size);
  const { xaxis } = figure.layout;
  const ranged = { ...xaxis, range: [0, length], uirevision: xaxis.uirevision.replace(/\S+$/, String(length)) };
  return { data, layout: { ...figure.layout, xaxis: ranged } };
}
