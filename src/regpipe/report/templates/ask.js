"use strict";
// Two techniques of a problem, a smallest difference, a number of repeats: what follows?
(() => {
  const data = document.getElementById("ask--data");
  if (!data) return;
  const { fewest, confidence, verdicts, metrics, techniques } = JSON.parse(data.textContent);
  const names = Object.keys(techniques);
  const form = document.getElementById("ask--form");
  const { problem, one, other, smallest, repeats } = form.elements;
  const answer = document.getElementById("ask--answer");
  const picture = document.getElementById("ask--picture");
  const all = document.getElementById("ask--all");
  const banners = document.querySelectorAll(".altered");
  const BASELINE = "";
  const NOTHING = 1e-12; // what two equal differences may differ by
  const styleOf = (verdict) => `badge is-${verdict.replace(",", "").replaceAll(" ", "-")}`;
  const typeset = (text) => text.replace(/(^|[^\w-])-(?=\d)/g, "$1−");
  const factor = () => 2 ** (Number(smallest.value) / 2); // of the smallest difference, as it was
  const asRun = () => smallest.value === "0" && repeats.dataset.moved !== "yes";

  function written(metric, value) {
    const size = Math.abs(value) < NOTHING ? 0 : metric.scale * value;
    return size.toFixed(Math.abs(size) >= 10000 ? 0 : metric.places);
  }

  // A mean difference, without a sign where it rounds to none.
  function signed(metric, value) {
    const text = written(metric, value);
    return Number(text) > 0 ? `+${text}` : Number(text) === 0 ? text.replace("-", "") : text;
  }

  // An end of an interval: as many digits as it takes to show its sign.
  function end(metric, value) {
    const text = written(metric, value);
    const none = Math.abs(value) < NOTHING || Number(text) !== 0;
    return none ? text : (metric.scale * value).toPrecision(1);
  }

  // Technique minus baseline, or minus another technique, in the repeats that both have.
  function asked(first, second) {
    const a = techniques[first];
    if (second === BASELINE) return a;
    const b = techniques[second];
    const n = Math.min(a.pairs.length, b.pairs.length);
    const pairs = a.pairs.slice(0, n).map((pair, k) => {
      const beside = b.pairs[k];
      return pair === null || beside === null ? null : pair - beside;
    });
    const unknown = a.overlap === null || b.overlap === null;
    return {
      ...a,
      pairs,
      told: undefined,
      overlap: unknown ? null : Math.max(a.overlap, b.overlap),
      level: Math.max(a.level, b.level),
    };
  }

  function tell(input, output, text) {
    output.value = text;
    input.setAttribute("aria-valuetext", text);
  }

  function judged(question, n) {
    const little = factor() * question.smallest;
    const found = regpipe.difference(question.pairs, { ...question, smallest: little, fewest, n });
    const { most, better } = metrics[question.metric];
    const clip = (end) => (most === null ? end : Math.min(Math.max(end, -most), most));
    const few = Math.min(n, question.pairs.length) < fewest || question.overlap === null;
    const verdict = few ? "too few" : regpipe.verdict(found.low, found.high, little, better);
    return { ...found, low: clip(found.low), high: clip(found.high), little, verdict };
  }

  function badge(verdict, forecast) {
    const made = document.createElement("span");
    made.className = styleOf(verdict);
    made.textContent = `${verdicts[verdict].mark} ${verdict}${forecast ? " (forecast)" : ""}`;
    return made;
  }

  function fill(select, entries) {
    const chosen = select.value;
    const options = entries.map(([value, text, off]) => {
      const option = new Option(text, value);
      option.disabled = Boolean(off);
      return option;
    });
    select.replaceChildren(...options);
    if (entries.some(([value, , off]) => value === chosen && !off)) select.value = chosen;
  }

  const titled = (name) => `${techniques[name].title}${techniques[name].leak ? " (leak)" : ""}`;

  function chooseProblem() {
    const there = names.filter((name) => techniques[name].problem === problem.value);
    fill(one, there.map((name) => [name, `${titled(name)}, ${name}`]));
    chooseOther();
  }

  function chooseOther() {
    const { metric } = techniques[one.value];
    const beside = [...one.options]
      .filter(({ value }) => value !== one.value)
      .map(({ value, text }) => {
        const alike = techniques[value].metric === metric;
        return [value, alike ? text : `${text} (judged by another score)`, !alike];
      });
    fill(other, [[BASELINE, "the baseline"], ...beside]);
  }

  function show() {
    const question = asked(one.value, other.value);
    const there = question.pairs.length;
    if (repeats.dataset.moved !== "yes") repeats.value = there;
    const n = Number(repeats.value);
    const metric = metrics[question.metric];
    const found = judged(question, n);
    const little = Number((metric.scale * found.little).toPrecision(2));
    const unit = little === 1 ? metric.unit.replace(/^(point|thousandth)s$/, "$1") : metric.unit;
    tell(smallest, form.elements.smallest_told, `${little} ${unit}`);
    tell(repeats, form.elements.repeats_told, n > there ? `${n}, of which ${there} were run` : `${n}`);
    // As the leaderboard has it: a mean on the border between two roundings may fall to either side.
    const mean = n === there && question.told ? question.told : signed(metric, found.mean);
    const [low, high] = [found.low, found.high].map((value) => end(metric, value));
    const interval = Number.isNaN(found.low) ? "no interval" : `[${low}, ${high}]`;
    const size = Number.isNaN(found.mean) ? "no mean, as a score is no number" : `${mean} ${interval}`;
    const against = other.value === BASELINE ? "the baseline" : titled(other.value);
    const [own, all_] = [question.level, confidence].map((share) => `${Number((100 * share).toFixed(1))}%`);
    const sure = own === all_ ? `${own} interval` : `${all_} interval, which is one of ${own} by itself`;
    const words = document.createElement("p");
    words.className = "answer more";
    words.append(
      badge(found.verdict, n > there),
      typeset(
        ` is the verdict on ${titled(one.value)} against ${against}: ${size} ${metric.unit} over ${n} ` +
          `${question.rows} (${sure}).` +
          (n > there
            ? " This is a forecast, as if further repeats had just this mean and spread: near a border" +
              " between verdicts, it may as well come out otherwise."
            : ""),
      ),
    );
    answer.replaceChildren(words);
    window.onresize = () => draw(question, found, n, metric);
    window.onresize();
    follow();
  }

  // Round numbers from -reach to reach, five or so.
  function ticks(reach) {
    const power = 10 ** Math.floor(Math.log10(reach));
    const step = power * [0.2, 0.5, 1, 2, 5].find((each) => each * power * 3 > reach);
    const most = Math.floor(reach / step);
    return Array.from({ length: 2 * most + 1 }, (_, k) => (k - most) * step);
  }

  // The pairs as dots, the mean and its interval, and the band of what doesn't matter; better is right.
  // As wide as there is room, so that letters keep their size.
  function draw(question, found, n, metric) {
    const [width, left] = [Math.min(720, picture.closest("section").clientWidth), 20];
    const middle = width / 2;
    picture.setAttribute("viewBox", `0 0 ${width} 150`);
    picture.setAttribute("width", width);
    const used = question.pairs.slice(0, n).filter((pair) => pair !== null);
    const ends = [...used, found.low, found.high, found.little].filter(Number.isFinite);
    const reach = Math.max(...ends.map(Math.abs), 1e-12) * 1.05;
    const at = (value) => middle + (metric.better * value * (middle - left)) / reach;
    const parts = [];
    const add = (tag, attributes, text = "") => {
      const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
      for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
      made.textContent = text;
      parts.push(made);
    };
    const half = Math.abs(at(found.little) - middle);
    add("rect", { class: "band", x: middle - half, y: 10, width: 2 * half, height: 100 });
    add("path", { class: "zero", d: `M${middle} 10V110` });
    used.forEach((pair, k) => {
      add("circle", { class: "pair", cx: at(pair), cy: 50 + 36 * (((k * 0.618034) % 1) - 0.5), r: 3 });
    });
    if (Number.isFinite(found.low)) {
      add("path", { class: "range", d: `M${at(found.low)} 92H${at(found.high)}` });
    }
    if (Number.isFinite(found.mean)) add("circle", { class: "mean", cx: at(found.mean), cy: 92, r: 5 });
    for (const tick of ticks(metric.scale * reach)) {
      const x = at(tick / metric.scale);
      add("path", { class: "zero", d: `M${x} 110v5` });
      const text = typeset(`${tick > 0 ? "+" : ""}${Number(tick.toPrecision(6))}`);
      add("text", { x, y: 128, "text-anchor": "middle" }, text);
    }
    add("text", { x: width - left, y: 146, "text-anchor": "end" }, "better →");
    add("text", { x: left, y: 146 }, `${metric.unit}${metric.unit === metric.name ? "" : ` of ${metric.name}`}`);
    picture.replaceChildren(picture.querySelector("title"), ...parts);
  }

  // All verdicts follow: in the leaderboard, in the table of families, and in a sentence.
  function follow() {
    const n = repeats.dataset.moved === "yes" ? Number(repeats.value) : undefined;
    const counts = new Map(Object.keys(verdicts).map((verdict) => [verdict, 0]));
    const families = new Map();
    let forecasts = 0;
    for (const row of document.querySelectorAll("#leaderboard--table tbody tr")) {
      const question = techniques[row.dataset.technique];
      if (!question) continue;
      const told = row.querySelector("td.verdict");
      told.dataset.asRun ??= row.dataset.verdict;
      told.joint ??= [...told.children].slice(1);
      const verdict = asRun() ? told.dataset.asRun : judged(question, n ?? question.pairs.length).verdict;
      const forecast = !asRun() && n > question.pairs.length;
      forecasts += forecast;
      counts.set(verdict, counts.get(verdict) + 1);
      const family = families.get(row.dataset.family) ?? [0, 0, 0, 0];
      family[verdicts[verdict].fate] += 1;
      families.set(row.dataset.family, family);
      row.dataset.verdict = verdict;
      told.dataset.key = Object.keys(verdicts).indexOf(verdict);
      told.replaceChildren(badge(verdict, forecast), ...(asRun() ? told.joint : []));
    }
    for (const row of document.querySelectorAll("#families--table tbody tr")) {
      const family = families.get(row.dataset.family);
      if (!family) continue;
      const cells = row.querySelectorAll("[class*=fate-]");
      const number = family.reduce((a, b) => a + b, 0);
      family.forEach((count, k) => {
        cells[k].textContent = count;
        cells[k].style.setProperty("--share", count / number);
      });
    }
    const listed = [...counts]
      .filter(([, count]) => count)
      .map(([verdict, count]) => `${count} ${count > 1 ? verdict.replace(/^(help|hurt)s/, "$1") : verdict}`);
    const times = Number(factor().toPrecision(2));
    all.textContent = asRun()
      ? "The verdicts of the leaderboard are those that were told."
      : `With these settings, of all techniques against their baselines: ${listed.join("; ")}` +
        `${forecasts ? `, ${forecasts} of them forecasts` : ""}. The leaderboard and the table of ` +
        `families follow${n ? "" : ", each technique with its own repeats"}; the smallest differences of ` +
        `all problems are ${times === 1 ? "as they were" : `${times} times what they were`}.`;
    document.body.classList.toggle("asked", !asRun());
    for (const banner of banners) banner.hidden = asRun();
    document.dispatchEvent(new Event("verdicts"));
  }

  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", (event) => {
    const ran = asked(one.value, other.value).pairs.length;
    if (event.target === repeats) repeats.dataset.moved = Number(repeats.value) === ran ? "" : "yes";
    if (event.target === problem) chooseProblem();
    if (event.target === one) chooseOther();
    show();
  });
  for (const banner of banners) {
    banner.querySelector("button").addEventListener("click", () => form.reset());
  }
  form.addEventListener("reset", () => {
    repeats.dataset.moved = "";
    setTimeout(() => {
      chooseProblem();
      show();
    });
  });
  for (const part of [form, answer, picture.parentElement, all]) part.hidden = false;
  chooseProblem();
  show();
})();
