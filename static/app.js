// What the pages do beyond links and forms; all of them are whole without it.
(function () {
  "use strict";

  // The arrow keys move to the neighbouring days on which something changed.
  document.addEventListener("keydown", function (event) {
    if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (event.target.closest("input, select, textarea, summary, [contenteditable], [tabindex='0']")) return;
    var forward = event.key === "ArrowRight";
    if (!forward && event.key !== "ArrowLeft") return;
    if (document.documentElement.dir === "rtl") forward = !forward;
    var link = document.querySelector('[data-key="' + (forward ? "ArrowRight" : "ArrowLeft") + '"]');
    if (link) {
      event.preventDefault();
      link.click();
    }
  });

  // The slash leads to the search field from anywhere but a field.
  document.addEventListener("keydown", function (event) {
    if (event.key !== "/" || event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.target.closest("input, select, textarea, [contenteditable]")) return;
    var field = document.querySelector("[data-seek]");
    if (field) {
      event.preventDefault();
      field.focus();
      field.select();
    }
  });

  // A day chosen from the calendar is shown at once; the button is for those without this script.
  document.addEventListener("change", function (event) {
    var field = event.target;
    if (field.id === "on" && field.type === "date" && field.value && field.form && document.activeElement !== field) {
      field.form.requestSubmit();
    }
  });

  // Addresses stay short: a field that is empty, or says what is meant anyway, is not sent.
  document.addEventListener("formdata", function (event) {
    if (!event.target.matches("form[data-tidy]")) return;
    Array.from(event.formData.keys()).forEach(function (name) {
      var field = event.target.elements[name];
      var value = event.formData.get(name);
      if (value === "" || (field && field.dataset && value === field.dataset.unless)) event.formData.delete(name);
    });
  });

  // While a demand is filled in: the sentence as readers will see it, and what is standing.
  var waiting;
  document.addEventListener("change", function (event) {
    var live = event.target.closest(".desk") && document.getElementById("live");
    if (!live || live.contains(event.target)) return;
    clearTimeout(waiting);
    waiting = setTimeout(function () { live.dispatchEvent(new CustomEvent("refresh", { bubbles: false })); }, 300);
  });

  function notice(shown) {
    var place = document.getElementById("notice");
    if (place) place.textContent = shown ? place.dataset.fault : "";
  }
  // The names are as `metaCharacter` has them: HTML wants no colon in a name of data.
  // A form that comes back says itself what is wrong; a request that another one replaced is no fault.
  document.addEventListener("htmx.response.error", function (event) {
    notice(event.detail.ctx.response.status !== 422);
  });
  document.addEventListener("htmx.error", function (event) {
    var error = event.detail.error;
    if (!error || error.name !== "AbortError") notice(true);
  });
  document.addEventListener("htmx.after.swap", function () {
    notice(false);
    var panel = document.querySelector("#beside #cell h2[tabindex]");
    if (panel && !panel.dataset.focused) {
      panel.dataset.focused = "yes";
      var opened = document.querySelector(".board td.open");
      if (opened) opened.scrollIntoView({ block: "nearest" });
      panel.focus({ preventScroll: window.matchMedia("(min-width: 64rem)").matches });
    }
  });

  // The cell whose history is open beside the table is outlined in it.
  document.addEventListener("click", function (event) {
    var opener = event.target.closest(".board .foot a");
    if (!opener) return;
    document.querySelectorAll(".board td.open").forEach(function (cell) { cell.classList.remove("open"); });
    opener.closest("td").classList.add("open");
  });

  // Narrow screens turn tables into blocks, and a browser may then forget that they were tables: their parts say what they are.
  var PARTS = { table: "table", thead: "rowgroup", tbody: "rowgroup", tfoot: "rowgroup", tr: "row", "th[scope^='col']": "columnheader", "th[scope^='row']": "rowheader", td: "cell" };
  function tables() {
    Object.keys(PARTS).forEach(function (part) {
      document.querySelectorAll(part + ":not([role])").forEach(function (one) { one.setAttribute("role", PARTS[part]); });
    });
  }
  document.addEventListener("htmx.after.swap", tables);
  tables();

  // When the reader was last here: only where it was switched on, and in this browser alone. A visit is a day.
  var VISITS = "parley-visits";
  function visits() {
    try { return JSON.parse(localStorage.getItem(VISITS)); } catch (fault) { return null; }
  }
  function keep(found) {
    try {
      if (found) localStorage.setItem(VISITS, JSON.stringify(found));
      else localStorage.removeItem(VISITS);
      return true;
    } catch (fault) { return false; }
  }
  function dayWords(day) {
    var months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    return Number(day.slice(8)) + " " + months[Number(day.slice(5, 7)) - 1] + " " + day.slice(0, 4);
  }
  function visit() {
    var today = new Date().toISOString().slice(0, 10);
    var found = visits();
    // A browser that keeps nothing is offered nothing.
    var keeps = keep(found);
    var place = document.querySelector("#rooms[data-negotiation]");
    if (found && place) {
      var seen = found[place.dataset.negotiation] || {};
      if (seen.today !== today) {
        found[place.dataset.negotiation] = { today: today, last: seen.today };
        keep(found);
      }
    }
    document.querySelectorAll("[data-remember]").forEach(function (box) {
      box.checked = Boolean(found);
      box.closest(".visit").hidden = !keeps;
    });
    document.querySelectorAll("[data-since-visit]").forEach(function (link) {
      var seen = (found && found[link.dataset.sinceVisit]) || {};
      var last = seen.today < today ? seen.today : seen.last;
      link.closest(".visit").hidden = !last;
      if (!last) return;
      link.textContent = link.dataset.words.replace("{day}", dayWords(last));
      link.href = "/negotiations/" + link.dataset.sinceVisit + "/changes?from=" + last + "&to=" + today;
    });
  }
  document.addEventListener("change", function (event) {
    if (!event.target.matches("[data-remember]")) return;
    keep(event.target.checked ? {} : null);
    visit();
  });
  document.addEventListener("htmx.after.swap", visit);
  visit();
})();
