// The reading room: words chosen in the report's text become the quote; suggestions are taken over on a click.
// Without this the text is read, and quotes are pasted.
(function () {
  "use strict";

  var text = document.getElementById("text");
  var form = document.getElementById("entry");
  if (!form) return;
  var CONTEXT = 40;

  function field(name) {
    return form.elements.namedItem(name);
  }

  function changed(element) {
    element.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function fill(name, value) {
    var element = field(name);
    if (!element) return null;
    element.value = value;
    changed(element);
    // What was filled in is in sight, even where it was folded away.
    for (var at = element.closest("details"); at; at = at.parentElement.closest("details")) at.open = true;
    return element;
  }

  // --- Quotes -------------------------------------------------------------------------------------------

  var chosen = null; // the range of the quote, as it stands in the text

  function paragraphOf(node) {
    var element = node.nodeType === 1 ? node : node.parentElement;
    return element && element.closest("[data-start]");
  }

  function show(range) {
    chosen = range;
    if (window.CSS && CSS.highlights) CSS.highlights.set("chosen", new Highlight(range));
  }

  function take(range) {
    var words = range.toString();
    var quote = words.trim().replace(/\s*\n\s*/g, " ");
    var first = paragraphOf(range.startContainer);
    var last = paragraphOf(range.endContainer);
    if (!quote || !first || !last) return;
    var before = document.createRange();
    before.setStart(first, 0);
    before.setEnd(range.startContainer, range.startOffset);
    var after = document.createRange();
    after.setStart(range.endContainer, range.endOffset);
    after.setEnd(last, last.childNodes.length);
    var lead = words.length - words.trimStart().length;
    var trail = words.length - words.trimEnd().length;
    fill("prefix", (before.toString() + words.slice(0, lead)).slice(-CONTEXT));
    fill("suffix", (words.slice(words.length - trail) + after.toString()).slice(0, CONTEXT));
    fill("quote", quote);
    show(range.cloneRange());
  }

  function takeSelection() {
    var selection = window.getSelection();
    if (!selection.rangeCount || selection.isCollapsed) return;
    var range = selection.getRangeAt(0);
    if (text.contains(range.commonAncestorContainer)) take(range);
  }

  // --- Sentences and quotations, one after the other ------------------------------------------------------

  // A place in a paragraph's text, as a node and an offset in it.
  function locate(paragraph, offset) {
    var walker = document.createTreeWalker(paragraph, NodeFilter.SHOW_TEXT);
    var node;
    var last = null;
    while ((node = walker.nextNode())) {
      if (offset <= node.length) return [node, offset];
      offset -= node.length;
      last = node;
    }
    return last ? [last, last.length] : [paragraph, 0];
  }

  function stretches(split) {
    var found = [];
    text.querySelectorAll("[data-start]").forEach(function (paragraph) {
      var start = Number(paragraph.dataset.start);
      split(paragraph.textContent).forEach(function (span) {
        found.push({ paragraph: paragraph, from: span[0], to: span[1], at: start + span[0] });
      });
    });
    return found;
  }

  function sentences(words) {
    var spans = [];
    if (window.Intl && Intl.Segmenter) {
      Array.from(new Intl.Segmenter(text.lang || "en", { granularity: "sentence" }).segment(words)).forEach(function (one) {
        if (one.segment.trim()) spans.push([one.index, one.index + one.segment.trimEnd().length]);
      });
    } else if (words.trim()) {
      spans.push([0, words.length]);
    }
    return spans;
  }

  function quotations(words) {
    var spans = [];
    var pattern = /["“„«]([^"“”„«»]+)["”“»]/g;
    var found;
    while ((found = pattern.exec(words))) spans.push([found.index + 1, found.index + 1 + found[1].length]);
    return spans;
  }

  function placeOf(range) {
    var paragraph = paragraphOf(range.startContainer);
    if (!paragraph) return -1;
    var before = document.createRange();
    before.setStart(paragraph, 0);
    before.setEnd(range.startContainer, range.startOffset);
    return Number(paragraph.dataset.start) + before.toString().length;
  }

  // Where reading goes on after what was recorded last: behind the last recorded quote.
  function startingPlace() {
    var number = -1;
    var place = -1;
    text.querySelectorAll("a.ref").forEach(function (link) {
      if (Number(link.dataset.citation) <= number) return;
      number = Number(link.dataset.citation);
      var range = document.createRange();
      range.setStartBefore(link);
      place = placeOf(range) - 1;
    });
    return place;
  }

  function step(split, forward) {
    var here = chosen ? placeOf(chosen) : startingPlace();
    var found = stretches(split);
    if (!forward) found.reverse();
    var next = found.find(function (one) { return forward ? one.at > here : one.at < here; });
    if (!next) return;
    var range = document.createRange();
    range.setStart.apply(range, locate(next.paragraph, next.from));
    range.setEnd.apply(range, locate(next.paragraph, next.to));
    take(range);
    range.startContainer.parentElement.scrollIntoView({ block: "nearest" });
  }

  // --- Suggestions ----------------------------------------------------------------------------------------

  function tick(name, value) {
    var found = Array.from(form.querySelectorAll('[name="' + name + '"]')).find(function (one) { return one.value === value; });
    if (!found) return false;
    found.checked = !found.checked || found.type === "radio";
    changed(found);
    return true;
  }

  var HOLDERS = ["holders", "proposed_by", "actor", "whom"];
  var DAYS = ["stated_day", "presented_day", "starts_day"];

  function takeSuggestion(mark, speaks) {
    var value = mark.dataset.value;
    if (mark.dataset.field === "day") {
      var day = DAYS.find(function (name) { return field(name); });
      if (day) fill(day, value);
    } else if (mark.dataset.field === "quantity") {
      fill("quantity", value);
      if (mark.dataset.unit) fill("unit", mark.dataset.unit);
    } else if (speaks) {
      fill("speakers", value);
      if (field("attributed_to") && !field("attributed_to").value) fill("attributed_to", mark.textContent);
    } else {
      HOLDERS.some(function (name) {
        if (tick(name, value)) return true;
        var element = field(name);
        if (!element || element.tagName !== "SELECT") return false;
        fill(name, value);
        return true;
      });
    }
    mark.classList.add("taken");
  }

  function suggestion(forward) {
    var marks = Array.from(text.querySelectorAll(".sug"));
    var at = marks.indexOf(document.activeElement);
    if (at < 0 && chosen) {
      var here = placeOf(chosen);
      at = marks.findIndex(function (mark) {
        var range = document.createRange();
        range.selectNode(mark);
        return placeOf(range) >= here;
      });
      at = forward ? at - 1 : at;
    }
    var next = marks[(at + (forward ? 1 : -1) + marks.length) % marks.length];
    if (next) next.focus();
  }

  if (text) {
    text.querySelectorAll(".sug").forEach(function (mark) {
      mark.setAttribute("role", "button");
      mark.tabIndex = -1;
    });
    // A press that does not move is a click; one that does selects words, whatever it begins on.
    var pressed = null;
    function isClick(event) {
      return pressed && Math.abs(event.clientX - pressed.x) + Math.abs(event.clientY - pressed.y) < 4;
    }
    text.addEventListener("mousedown", function (event) {
      pressed = { x: event.clientX, y: event.clientY };
      if (event.shiftKey && event.target.closest(".sug")) event.preventDefault();
    });
    text.addEventListener("mouseup", function (event) {
      if (event.detail === 1 && event.target.closest(".sug") && isClick(event)) return;
      setTimeout(takeSelection, 0);
    });
    text.addEventListener("keyup", function (event) { if (event.shiftKey) takeSelection(); });
    text.addEventListener("click", function (event) {
      var mark = event.target.closest(".sug");
      if (mark && event.detail < 2 && isClick(event)) takeSuggestion(mark, event.shiftKey);
    });
    text.addEventListener("keydown", function (event) {
      if (event.altKey || event.ctrlKey || event.metaKey) return;
      var mark = event.target.closest(".sug");
      var does = {
        n: function () { step(sentences, true); },
        p: function () { step(sentences, false); },
        q: function () { step(quotations, true); },
        Q: function () { step(quotations, false); },
        s: function () { suggestion(true); },
        S: function () { suggestion(false); },
        f: function () { (form.querySelector("#holders input, #heading, #proposal, #whom") || field("summary")).focus(); },
        Enter: function () { if (mark) takeSuggestion(mark, event.shiftKey); },
        Escape: function () { if (mark) text.focus(); },
      }[event.key];
      if (!does) return;
      event.preventDefault();
      event.stopPropagation();
      does();
    });
    // After a record was saved one goes on in the text, where one was.
    if (document.querySelector(".note.done")) {
      text.focus({ preventScroll: true });
      var links = Array.from(text.querySelectorAll("a.ref"));
      links.sort(function (one, other) { return other.dataset.citation - one.dataset.citation; });
      if (links[0]) text.scrollTop = Math.max(0, links[0].offsetTop - text.offsetTop - text.clientHeight / 3);
    }
  }

  form.addEventListener("keydown", function (event) {
    if (event.key === "Escape" && text) {
      event.preventDefault();
      text.focus();
    }
  });

  document.addEventListener("keydown", function (event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit(form.querySelector("[data-save]"));
      return;
    }
    if (event.key !== "?" || event.target.closest("input, select, textarea, [contenteditable]")) return;
    openKeys();
    event.preventDefault();
  });

  function openKeys() {
    var card = document.getElementById("keys");
    if (!card) return;
    card.open = !card.open;
    if (card.open) card.querySelector("summary").focus();
  }

  document.addEventListener("click", function (event) {
    if (!event.target.closest("[data-keys]")) return;
    event.preventDefault();
    openKeys();
  });
})();
