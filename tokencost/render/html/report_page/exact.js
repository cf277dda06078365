// Exact fractions of whole numbers of any size, and how they are shown. No floating-point number holds money.
// The rules are those of the command line: halves round up, away from zero; what is not zero never looks like zero.

const fraction = (n, d = 1n) => ({ n, d });
const below = (one, other) => one.n * other.d < other.n * one.d;

// The number in units of its last shown digit; for numbers that are not negative.
function scaled({ n, d }, places) {
  if (places < 0) d *= 10n ** BigInt(-places);
  else n *= 10n ** BigInt(places);
  return (2n * n + d) / (2n * d);
}

// How many decimals leave that many significant digits of a number above zero.
function placesFor(number, significant) {
  const { n, d } = number;
  let leading = String(n).length - String(d).length;
  const power = 10n ** BigInt(Math.abs(leading));
  if (leading >= 0 ? n < d * power : n * power < d) leading -= 1;
  const places = significant - 1 - leading;
  return scaled(number, places) === 10n ** BigInt(significant) ? places - 1 : places;
}

const grouped = (digits) => digits.replace(/\B(?=(\d{3})+$)/g, ",");

function fixed(number, places, group = grouped) {
  const units = scaled(number, places);
  if (places <= 0) return group(String(units * 10n ** BigInt(-places)));
  const power = 10n ** BigInt(places);
  return `${group(String(units / power))}.${String(units % power).padStart(places, "0")}`;
}

function showMoney(number) {
  const small = number.n !== 0n && number.n < number.d;
  return `$${fixed(number, small ? Math.max(2, placesFor(number, 2)) : 2)}`;
}

function showRatio(number) {
  if (number.n === 0n) return "0×";
  return `${fixed(number, number.n >= number.d ? 1 : placesFor(number, 2))}×`;
}

// 99.98 shown as 100.0% would say that nothing is left to pay.
function showPercent(number) {
  const size = fraction(number.n < 0n ? -number.n : number.n, number.d);
  let places = 1;
  const misleads = (end) => size.n !== end * size.d && scaled(size, places) === end * 10n ** BigInt(places);
  while (misleads(0n) || misleads(100n)) places += 1;
  return `${fixed(size, places)}%`;
}

// How a cost differs, of a percentage by which it is lower: −94.9%, +33.0%.
function showChange(lower) {
  const sign = lower.n > 0n ? "−" : lower.n < 0n ? "+" : "";
  return sign + showPercent(lower);
}

const plainDigits = (digits) => digits;
const trimmed = (digits) => (digits.includes(".") ? digits.replace(/\.?0+$/, "") : digits);

// For programs: every digit, and 12 significant ones of a ratio or a percentage.
const exactMoney = (number, decimals) => trimmed(fixed(number, decimals, plainDigits));

function exactRatio(number) {
  if (number === null) return "";
  if (number.n === 0n) return "0";
  const size = fraction(number.n < 0n ? -number.n : number.n, number.d);
  return (number.n < 0n ? "-" : "") + trimmed(fixed(size, placesFor(size, 12), plainDigits));
}
