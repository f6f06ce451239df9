"use strict";
(() => {
  const status = document.getElementById("page--status");

  // The table that is sorted and filtered; a page may have none.
  function leaderboard(table) {
    const filters = document.getElementById("leaderboard--filters");
    const count = document.getElementById("leaderboard--count");
    const heads = [...table.tHead.rows[0].cells];
    const body = table.tBodies[0];
    const rows = [...body.rows];

    // Numbers by size, words by the alphabet, and what is missing last, whichever way.
    function compare(a, b) {
      if (a === "" || b === "") return 0;
      const difference = Number(a) - Number(b);
      return Number.isNaN(difference) ? a.localeCompare(b) : difference;
    }

    function sort(head) {
      const now = head.getAttribute("aria-sort");
      const first = head.dataset.first || "ascending";
      const other = first === "ascending" ? "descending" : "ascending";
      const order = now === first ? other : first;
      const sign = order === "ascending" ? 1 : -1;
      const key = (row) => row.cells[head.cellIndex].dataset.key;
      rows.sort((a, b) => {
        const missing = (key(a) === "") - (key(b) === "");
        return missing || sign * compare(key(a), key(b));
      });
      body.append(...rows);
      for (const each of heads) each.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", order);
    }

    function filter() {
      const chosen = Object.fromEntries(new FormData(filters));
      const words = chosen.text.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      for (const row of rows) {
        const fits =
          ["problem", "family", "verdict", "joint"].every(
            (name) => !chosen[name] || row.dataset[name] === chosen[name],
          ) && words.every((word) => row.textContent.toLowerCase().includes(word));
        row.hidden = !fits;
        shown += fits;
      }
      count.textContent =
        shown === rows.length ? `${shown} techniques` : `${shown} of ${rows.length} techniques`;
    }

    for (const head of heads) {
      const button = head.querySelector("button");
      button.disabled = false;
      button.addEventListener("click", () => sort(head));
    }
    filters.hidden = false;
    filters.addEventListener("input", filter);
    filters.addEventListener("submit", (event) => event.preventDefault());
    filters.addEventListener("reset", () => setTimeout(filter));
    document.addEventListener("verdicts", filter); // other ones are shown now
    filter();
  }

  async function copy(button) {
    const code = button.parentElement.querySelector("code");
    try {
      await navigator.clipboard.writeText(code.textContent);
      status.textContent = button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(code); // where a file may not write to the clipboard
      status.textContent = button.textContent = "Selected";
    }
    setTimeout(() => {
      button.textContent = "Copy";
      status.textContent = "";
    }, 2000);
  }

  for (const button of document.querySelectorAll(".copy")) {
    button.hidden = false;
    button.addEventListener("click", () => copy(button));
  }
  const table = document.getElementById("leaderboard--table");
  if (table) leaderboard(table);
})();
