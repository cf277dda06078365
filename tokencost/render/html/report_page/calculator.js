// The controls, the table, the picture, the address and the clipboard. Values reach the page as text only.

const rates = JSON.parse(document.getElementById("rates").textContent);
const byName = new Map(rates.models.map((model) => [model.name, model]));
const $ = (id) => document.getElementById(id);
const NUMBERS = { requests: BigInt(rates.mostRequests), input: BigInt(rates.mostTokens), output: BigInt(rates.mostTokens) };
const WORDS = { requests: "the requests", input: "the input tokens", output: "the output tokens" };
const PERCENTS = ["cached", "batch", "peak"];
const START = { requests: "1000000", input: "1800", output: "350", cached: "50", batch: "0", peak: "20" };
const COLORS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#8c8c8c"];
const MISSING = "—";
const LONGEST_NUMBER = 16;
const MODEL_NAME = /^[\w.:/-]{1,60}$/;
const MOST_NAMED = 7;

function make(tag, text, attributes = {}) {
  const element = document.createElement(tag);
  element.textContent = text;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

function draw(tag, attributes, text = "") {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.textContent = text;
  return element;
}

// ---- controls -------------------------------------------------------------------------------------------------

const boxes = new Map();

function fill() {
  let provider = null;
  for (const model of rates.models) {
    if (model.provider !== provider) {
      provider = model.provider;
      $("models").append(make("strong", provider));
    }
    const label = make("label", "");
    const box = make("input", "", { type: "checkbox", value: model.name });
    label.append(box, make("span", model.ends ? `${model.shown} (ends ${model.ends})` : model.shown));
    $("models").append(label);
    boxes.set(model.name, box);
    $("against").append(make("option", model.shown, { value: model.name }));
  }
}

// Only what has the words in its name is shown; what is ticked stays ticked.
function search() {
  const words = $("search").value.toLowerCase().split(/\s+/).filter(Boolean);
  let count = 0;
  let heading = null;
  for (const element of $("models").children) {
    if (element.tagName === "STRONG") {
      heading = element;
      heading.hidden = words.length > 0;
      continue;
    }
    const name = `${heading.textContent} ${element.textContent}`.toLowerCase();
    element.hidden = !words.every((word) => name.includes(word));
    if (element.hidden) continue;
    heading.hidden = false;
    count += 1;
  }
  $("found").textContent = words.length ? `${count} of ${boxes.size} models` : "";
}

function restore() {
  const given = new URLSearchParams(location.hash.slice(1));
  const known = (names) => names.filter((name) => byName.has(name));
  // A link may be older than the page: what it names and is not sold any more is said, and never priced.
  const named = new Set([...given.getAll("models"), ...given.getAll("against")]);
  const unsold = [...named].filter((name) => !byName.has(name) && MODEL_NAME.test(name)).slice(0, MOST_NAMED);
  $("unsold").textContent = unsold.length ? `Not on sale on ${rates.on}, and left out: ${unsold.join(", ")}.` : "";
  const names = given.has("models") ? known(given.getAll("models")) : rates.chosen;
  for (const [name, box] of boxes) box.checked = names.includes(name);
  const [against] = known([given.get("against"), rates.against]);
  $("against").value = against;
  for (const name of Object.keys(NUMBERS)) {
    const text = given.get(name) ?? START[name];
    $(name).value = grouped(String(number(text, NUMBERS[name]) ?? START[name]));
  }
  for (const name of PERCENTS) {
    const text = given.get(name) ?? START[name];
    $(name).value = number(text, 100n) === null ? START[name] : text;
  }
}

// A whole number from 0 to the most, with commas or spaces between its digits; null where it is none.
function number(text, most) {
  const digits = text.trim().replace(/[,_\s]/g, "");
  if (!/^\d+$/.test(digits) || digits.length > LONGEST_NUMBER) return null;
  const value = BigInt(digits);
  return value <= most ? value : null;
}

function read() {
  const asked = { models: [...boxes].filter(([, box]) => box.checked).map(([name]) => name), against: $("against").value };
  let fault = "";
  for (const [name, most] of Object.entries(NUMBERS)) {
    asked[name] = number($(name).value, most);
    $(name).setAttribute("aria-invalid", String(asked[name] === null));
    if (asked[name] === null) fault = `Write a whole number from 0 to ${grouped(String(most))} for ${WORDS[name]}.`;
  }
  for (const name of PERCENTS) {
    asked[name] = BigInt($(name).value);
    $(`${name}-shown`).textContent = `${$(name).value}%`;
    $(name).setAttribute("aria-valuetext", `${$(name).value}%`);
  }
  $("fault").textContent = fault;
  return fault ? null : asked;
}

// ---- answer ---------------------------------------------------------------------------------------------------

function compute(asked) {
  const names = [...asked.models.filter((name) => name !== asked.against), asked.against];
  const rows = names.map((name) => {
    const model = byName.get(name);
    try {
      return { name, model, ...costOf(model, asked, rates.scale) };
    } catch (refusal) {
      if (!(refusal instanceof Refused)) throw refusal;
      return { name, model, refused: refusal.message };
    }
  });
  const base = rows[rows.length - 1];
  for (const row of rows) {
    const both = !row.refused && !base.refused;
    row.ratio = both ? timesAsMuch(base.cost, row.cost) : null;
    row.lower = both ? percentLower(base.cost, row.cost) : null;
  }
  return rows;
}

const AMOUNTS = ["uncached", "cached", "output", "cost"];

// What it costs comes first: on a small screen the rest is reached by scrolling.
function cells(row, baseline) {
  const shown = (part) => (row.refused ? MISSING : showMoney(row[part]));
  const ratio = row === baseline || row.ratio === null ? MISSING : showRatio(row.ratio);
  const change = row === baseline || row.lower === null ? MISSING : showChange(row.lower);
  return [row.model.shown, shown("cost"), ratio, change, shown("uncached"), shown("cached"), shown("output")];
}

// The headings of the ratio and of the difference.
function beside(rows) {
  const name = rows[rows.length - 1].model.shown;
  return [`${name} costs`, `vs ${name}`];
}

function sentence(rows) {
  const base = rows[rows.length - 1];
  const priced = rows.filter((row) => !row.refused);
  const refusals = rows.filter((row) => row.refused).map((row) => row.refused);
  if (priced.length === 0) return refusals.join(" ");
  const best = priced.reduce((least, row) => (below(row.cost, least.cost) ? row : least));
  const words = [`${best.model.shown} is the cheapest: ${showMoney(best.cost)} a month.`];
  if (best !== base && !base.refused && best.cost.n !== 0n)
    words.push(`${base.model.shown} costs ${showRatio(timesAsMuch(base.cost, best.cost)).replace("×", " times")} as much.`);
  for (const row of priced) if (row.model.ends) words.push(`${row.model.shown} ends on ${row.model.ends}.`);
  return [...words, ...refusals].join(" ");
}

function showTable(rows) {
  const baseline = rows[rows.length - 1];
  const lines = rows.map((row) => {
    const line = document.createElement("tr");
    cells(row, baseline).forEach((text, place) => line.append(make("td", text, place ? { class: "n" } : {})));
    return line;
  });
  $("rows").replaceChildren(...lines);
  [$("ratio-heading").textContent, $("change-heading").textContent] = beside(rows);
}

// The only place that leaves whole numbers: lengths in the picture.
function lengths(rows) {
  const units = rows.map((row) => (row.refused ? 0 : Number(row.cost.n) / Number(row.cost.d)));
  const above = units.filter((unit) => unit > 0);
  const most = Math.max(...above);
  const least = Math.min(...above);
  if (above.length === 0 || most <= 10 * least) return [units.map((unit) => (above.length ? unit / most : 0)), false];
  const low = Math.ceil(Math.log10(least) - 1e-9) - 1;
  return [units.map((unit) => (unit > 0 ? (Math.log10(unit) - low) / (Math.log10(most) - low) : 0)), true];
}

function showPicture(rows, title) {
  const [parts, logarithmic] = lengths(rows);
  const figure = document.createElement("figure");
  const caption = document.createElement("figcaption");
  caption.append(make("small", `USD a month${logarithmic ? ", logarithmic axis" : ""}`));
  const height = 34 * rows.length + 4;
  const chart = draw("svg", { class: "chart", role: "img", "aria-label": title, width: "100%", height, "font-size": 13 });
  rows.forEach((row, place) => {
    const top = 34 * place;
    const shown = row.refused ? MISSING : showMoney(row.cost);
    chart.append(draw("text", { x: 0, y: top + 13, fill: "currentColor" }, row.model.shown));
    chart.append(draw("text", { x: "100%", y: top + 13, fill: "currentColor", "text-anchor": "end" }, shown));
    const width = `${Math.max(parts[place] * 100, parts[place] ? 0.4 : 0).toFixed(2)}%`;
    const fill = COLORS[place % COLORS.length];
    if (logarithmic) {
      // A bar has no meaning on such an axis.
      chart.append(draw("line", { x1: 0, x2: "100%", y1: top + 23, y2: top + 23, stroke: "currentColor", "stroke-opacity": 0.2 }));
      if (parts[place]) chart.append(draw("circle", { cx: width, cy: top + 23, r: 5, fill }));
    } else {
      chart.append(draw("rect", { x: 0, y: top + 18, width, height: 10, fill }));
    }
  });
  figure.append(caption, chart);
  $("picture").replaceChildren(figure);
}

// ---- address, command, clipboard ------------------------------------------------------------------------------

function address(asked) {
  const state = new URLSearchParams();
  for (const name of asked.models) state.append("models", name);
  if (asked.models.length === 0) state.append("models", "");
  state.set("against", asked.against);
  for (const name of [...Object.keys(NUMBERS), ...PERCENTS]) state.set(name, String(asked[name]));
  return `#${state}`;
}

const quoted = (word) => (/^[\w@.:/+-]+$/.test(word) ? word : `'${word.replace(/'/g, "'\\''")}'`);

function command(asked, rows) {
  const at = (name) => quoted(`${name}@${rates.on}`);
  const names = rows.map((row) => row.name);
  // A baseline alone is compared with itself: without a model the command would price the default set.
  const others = (names.length > 1 ? names.slice(0, -1) : names).map(at);
  return [
    "tokencost workload", ...others, "--against", at(asked.against), "--requests", asked.requests, "--per month",
    "--input-tokens", asked.input, "--output-tokens", asked.output, `--cached ${asked.cached}% --batch ${asked.batch}%`,
    `--peak ${asked.peak}% --by component --on ${quoted(rates.on)}`,
  ].join(" ");
}

let latest = { asked: null, rows: [] };

function markdown() {
  const { rows } = latest;
  const inCell = (text) => text.replace(/[\\|`*_<>[\]]/g, "\\$&");
  const lines = [["model, USD", "cost", ...beside(rows), "uncached input", "cached input", "output"],
    ["---", ...Array(6).fill("--:")]];
  for (const row of rows) {
    const [name, ...amounts] = cells(row, rows[rows.length - 1]);
    lines.push([inCell(name), ...amounts]);
  }
  const table = lines.map((line) => `| ${line.join(" | ")} |`).join("\n");
  return `${table}\n\n${inCell($("command").textContent)}\n\n${inCell(rates.stamp)}\n`;
}

function csv() {
  const { asked, rows } = latest;
  const text = (value) => {
    const harmless = /^\s*[=+\-@＝＋－＠]/.test(value) ? `'${value}` : value;
    return /[",\n]/.test(harmless) ? `"${harmless.replace(/"/g, '""')}"` : harmless;
  };
  const names = ["model", "requests", "uncached_input_cost", "cached_input_cost", "output_cost", "cost", "baseline", "ratio", "percent_lower"];
  const lines = rows.map((row) => {
    const [uncached, cached, output, cost] = AMOUNTS.map((part) => (row.refused ? "" : exactMoney(row[part], row.decimals)));
    const against = text(byName.get(asked.against).shown);
    return [text(row.model.shown), asked.requests, uncached, cached, output, cost, against, exactRatio(row.ratio), exactRatio(row.lower)];
  });
  return `${[names, ...lines].map((line) => line.join(",")).join("\n")}\n`;
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Some browsers keep the clipboard from pages in a folder; the older way still works there.
    const area = make("textarea", "", { "aria-label": "copied text" });
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}

function copying(id, text, what) {
  $(id).addEventListener("click", async () => {
    $("copied").textContent = (await copy(text())) ? `Copied ${what}.` : "The browser does not allow copying.";
    $(id).focus();
  });
}

// ---- together -------------------------------------------------------------------------------------------------

function update({ keepAddress = false } = {}) {
  const asked = read();
  if (!asked) return;
  const rows = compute(asked);
  latest = { asked, rows };
  const answer = sentence(rows);
  $("answer").textContent = answer;
  showTable(rows);
  showPicture(rows, answer);
  $("command").textContent = command(asked, rows);
  $("copied").textContent = "";
  // A bare address stays bare, and a link to a section stays one, until a control is moved.
  if (!keepAddress) history.replaceState(null, "", address(asked));
}

if (rates.models.length) {
  fill();
  restore();
  update({ keepAddress: true });
  $("controls").hidden = false;
  $("result").hidden = false;
} else {
  $("unsold").textContent = `No model is on sale on ${rates.on}.`;
}
$("controls").addEventListener("input", () => update());
// Thousands are set apart once a number is finished, so that the cursor never jumps.
$("controls").addEventListener("change", (event) => {
  const value = event.target.id in NUMBERS ? number(event.target.value, NUMBERS[event.target.id]) : null;
  if (value !== null) event.target.value = grouped(String(value));
});
$("search").addEventListener("input", (event) => {
  event.stopPropagation();
  search();
});
$("controls").addEventListener("submit", (event) => event.preventDefault());
window.addEventListener("hashchange", () => {
  if (!rates.models.length || !location.hash.includes("=")) return; // a link to a section
  restore();
  update({ keepAddress: true });
});
copying("copy-markdown", markdown, "as markdown");
copying("copy-csv", csv, "as CSV");
copying("copy-link", () => location.href.split("#")[0] + address(latest.asked), "the link");
