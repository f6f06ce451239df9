"use strict";
// The interval of a mean of pairs and its verdict, as in regpipe.statistics: difference, intervals,
// verdicts. It hangs on `regpipe`, so that whoever opens the console can use it, too.
const regpipe = (() => {
  const EQUAL = 1e-9;
  const NEARLY_NONE = 1e-6;
  const STEEP = 0.25;
  const SAME = "no difference that matters";
  const TRIFLE = ", too little to matter";

  // ln of the gamma function, by Lanczos' approximation (C. Lanczos 1964; g = 7, n = 9).
  function logGamma(x) {
    const c = [
      0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313,
      -176.61502916214059, 12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6,
      1.5056327351493116e-7,
    ];
    const t = x + 6.5;
    const sum = c.slice(1).reduce((all, each, k) => all + each / (x + k), c[0]);
    return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(sum);
  }

  // The regularized incomplete beta function, by its continued fraction (Lentz' method).
  function beta(x, a, b) {
    if (x <= 0) return 0;
    if (x >= 1) return 1;
    if (x > (a + 1) / (a + b + 2)) return 1 - beta(1 - x, b, a);
    const front = Math.exp(
      logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x),
    );
    const least = (value) => (Math.abs(value) < 1e-300 ? 1e-300 : value);
    let c = 1;
    let d = 1 / least(1 - ((a + b) * x) / (a + 1));
    let sum = d;
    for (let m = 1; m < 500; m += 1) {
      const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
      d = 1 / least(1 + even * d);
      c = least(1 + even / c);
      sum *= d * c;
      const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
      d = 1 / least(1 + odd * d);
      c = least(1 + odd / c);
      sum *= d * c;
      if (Math.abs(d * c - 1) < 1e-15) break;
    }
    return (front * sum) / a;
  }

  // The share of Student's t above a value of 0 or more.
  const above = (t, df) => 0.5 * beta(df / (df + t * t), df / 2, 0.5);

  // The value that a share of a falling function's range lies above, between 0 and any size.
  function inverted(falling, share) {
    let [low, high] = [0, 1];
    while (falling(high) > share) high *= 2;
    for (let k = 0; k < 200 && high - low > 1e-13 * high; k += 1) {
      const middle = (low + high) / 2;
      if (falling(middle) > share) low = middle;
      else high = middle;
    }
    return (low + high) / 2;
  }
  const quantile = (level, df) => inverted((t) => above(t, df), (1 - level) / 2);
  const normal = (tail) => inverted((z) => above(z, 1e5), tail); // of so many, t is normal

  function untransformed(value, skewness, n) {
    const g = skewness / Math.sqrt(n);
    if (Math.abs(g) < NEARLY_NONE) return value;
    const cube = 1 + g * (value - g / 6);
    const steep = Math.cbrt(STEEP);
    const root = cube > STEEP ? Math.cbrt(cube) : steep + (cube - STEEP) / (3 * steep ** 2);
    return (3 / g) * (root - 1);
  }

  // Mean and interval of pairs, as many repeats as `n` (those that are there, or as if there were
  // so many of the same kind). No ends where there are too few, or one isn't a number.
  function difference(pairs, { smallest, level, overlap, fewest, n = pairs.length }) {
    const nothing = { mean: NaN, low: NaN, high: NaN };
    const used = pairs.slice(0, n);
    if (!used.length || used.some((pair) => pair === null)) return nothing;
    const average = (values) => values.reduce((a, b) => a + b, 0) / values.length;
    let mean = average(used);
    if (used.length < fewest || overlap === null) return { ...nothing, mean };
    const error = (sd) => sd * Math.sqrt(1 / n + overlap);
    const spread = Math.max(...used) - Math.min(...used);
    if (spread <= EQUAL * Math.max(smallest, Math.abs(mean))) {
      mean = Math.abs(mean) <= EQUAL * smallest ? 0 : mean;
      const half = mean
        ? ofSigns(mean, n / (1 + n * overlap), level)
        : quantile(level, n - 1) * error(smallest / Math.sqrt(n + 1));
      return { mean, low: mean - half, high: mean + half };
    }
    const second = average(used.map((pair) => (pair - mean) ** 2));
    const sd = Math.sqrt((second * used.length) / (used.length - 1));
    const third = average(used.map((pair) => (pair - mean) ** 3));
    const skewness = overlap ? 0 : third / second ** 1.5;
    const t = quantile(level, n - 1);
    const below = Math.max(t, untransformed(t, skewness, n));
    const over = Math.max(t, -untransformed(-t, skewness, n));
    return { mean, low: mean - below * error(sd), high: mean + over * error(sd) };
  }

  function ofSigns(mean, n, level) {
    const p = Math.min(2 ** (1 - n), 1);
    const errors = p < 1 ? normal(p / 2) : 0;
    return errors > 0 ? (Math.abs(mean) * normal((1 - level) / 2)) / errors : NaN;
  }

  function verdict(low, high, smallest, better) {
    if (Number.isNaN(low) || Number.isNaN(high)) return "undecided";
    const inside = -smallest < low && high < smallest;
    if (low <= 0 && high >= 0) return inside ? SAME : "undecided";
    const word = low > 0 === better > 0 ? "helps" : "hurts";
    return inside ? word + TRIFLE : word;
  }

  return { difference, verdict, quantile };
})();
