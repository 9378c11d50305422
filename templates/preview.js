"use strict";
// Lists the outputs, shows the one that is chosen, and loads it again when it has changed.

const list = document.getElementById("list");
const page = document.getElementById("page");
const state = document.getElementById("state");
let shown = null;

function address(output) {
  const path = output.name.split("/").map(encodeURIComponent).join("/");
  return `outputs/${path}?${output.version}`;
}

function choose(outputs) {
  const wanted = decodeURIComponent(location.hash.slice(1));
  return outputs.find((output) => output.name === wanted) || outputs[0];
}

async function refresh() {
  const outputs = await (await fetch("outputs.json")).json();
  const chosen = choose(outputs);
  list.replaceChildren(...outputs.map((output) => {
    const link = document.createElement("a");
    link.href = `#${encodeURIComponent(output.name)}`;
    link.textContent = output.name;
    if (output === chosen) link.setAttribute("aria-current", "page");
    return link;
  }));
  document.title = chosen ? chosen.name : "Kumihan: preview";
  const next = chosen ? address(chosen) : "about:blank";
  if (next !== shown) {
    shown = next;
    page.contentWindow.location.replace(new URL(next, location.href));
  }
}

window.addEventListener("hashchange", refresh);
refresh();
const events = new EventSource("events");
events.onmessage = () => { state.textContent = ""; refresh(); };
events.onerror = () => { state.textContent = "kumihan watch has ended, or is out of reach."; };
