// What a month costs: the same as `tokencost workload` of one month with --cached, --batch and --peak.
// Rates are whole numbers of 10^-scale USD per million tokens; shares are whole percents.

const PER_MILLION = 6;
const SHARES = 6; // three shares of two decimals each: cached, batch, peak

class Refused extends Error {}

// The rates of a model for a tier in a part of the week, or the reason why there are none.
function ratesFor(model, tier, part, above) {
  const offered = model.cells.filter((cell) => cell[0] === tier);
  if (offered.length === 0) throw new Refused(`${model.shown} offers no ${tier} tier.`);
  const cell = offered.find(([, window, limit]) => (window === null || window === part) && limit === String(above));
  if (!cell) {
    const length = above ? `, above ${grouped(String(above))} input tokens` : "";
    throw new Refused(`No rate of ${model.shown} is known for tier ${tier}${length}.`);
  }
  const [input, cached, output] = cell.slice(3).map((rate) => (rate === null ? null : BigInt(rate)));
  // Where caching is not offered, such tokens are billed as input.
  return { input, cached, output };
}

// Costs by component in units of 10^-decimals USD.
function costOf(model, asked, scale) {
  if (model.refused) throw new Refused(`${model.refused}.`);
  const limits = model.thresholds.map(BigInt).filter((limit) => limit === 0n || limit < asked.input);
  const above = limits.reduce((most, limit) => (limit > most ? limit : most), 0n);
  const sums = { uncached: 0n, cached: 0n, output: 0n };
  for (const [tier, tierShare] of [["standard", 100n - asked.batch], ["batch", asked.batch]]) {
    for (const [part, partShare] of [["peak", asked.peak], ["off-peak", 100n - asked.peak]]) {
      const weight = tierShare * partShare * asked.requests;
      if (tierShare === 0n || partShare === 0n) continue;
      const rates = ratesFor(model, tier, part, above);
      const fresh = asked.input * (100n - asked.cached);
      const hit = asked.input * asked.cached;
      if (rates.cached === null) sums.uncached += weight * (fresh + hit) * rates.input;
      else {
        sums.uncached += weight * fresh * rates.input;
        sums.cached += weight * hit * rates.cached;
      }
      // What a model does not write has no rate, and is never free.
      if (rates.output !== null) sums.output += weight * asked.output * 100n * rates.output;
      else if (asked.output > 0n) throw new Refused(`${model.shown} writes no output.`);
    }
  }
  const decimals = scale + PER_MILLION + SHARES;
  const unit = 10n ** BigInt(decimals);
  const total = sums.uncached + sums.cached + sums.output;
  return {
    decimals,
    uncached: fraction(sums.uncached, unit),
    cached: fraction(sums.cached, unit),
    output: fraction(sums.output, unit),
    cost: fraction(total, unit),
  };
}

// baseline ÷ model, and (1 - model ÷ baseline) x 100; null where a side is free.
const timesAsMuch = (baseline, cost) => (cost.n === 0n ? null : fraction(baseline.n * cost.d, baseline.d * cost.n));
const percentLower = (baseline, cost) =>
  baseline.n === 0n ? null : fraction((baseline.n * cost.d - cost.n * baseline.d) * 100n, baseline.n * cost.d);
