// The formats as a radio group: arrow keys, Tab and screen readers work as for any radio group.
const kept = new WeakMap()
let group = 0

const make = (tag, className, text) => {
  const element = document.createElement(tag)
  if (className) element.className = className
  if (text !== undefined && text !== null) element.textContent = text
  return element
}

const frame = ratio => {
  const place = make("span", "place")
  const box = make("span", ratio ? "box" : "box free")
  if (ratio) box.style.aspectRatio = ratio
  box.style[!ratio || ratio <= 1 ? "height" : "width"] = "2.4rem"
  place.append(box)
  return place
}

const option = (item, state, choose) => {
  const label = make("label", "option")
  const radio = make("input")
  radio.type = "radio"
  radio.name = state.group
  radio.value = item.id
  radio.checked = item.id === state.selected
  radio.onchange = () => choose(item.id)
  const words = make("span", "words")
  words.append(make("span", "name", item.name))
  if (item.note) words.append(make("span", "note", item.note))
  label.append(radio, frame(item.ratio), words)
  return label
}

export default function (component) {
  const { data, parentElement, setStateValue } = component
  const root = parentElement.querySelector(".root")
  let state = kept.get(parentElement)
  if (!state) {
    state = { group: `format-${group++}`, drawn: "" }
    kept.set(parentElement, state)
  }
  // A choice made here counts until the server has heard of it; what it said before that is old.
  state.selected = state.mine !== undefined && data.heard !== state.mine ? state.mine : data.selected
  const drawn = JSON.stringify([data.items, data.label])
  if (state.drawn === drawn) {
    for (const radio of root.querySelectorAll("input")) radio.checked = radio.value === state.selected
    return
  }
  state.drawn = drawn
  const choose = id => {
    state.selected = state.mine = id
    setStateValue("choice", id)
  }
  const list = make("div", "options")
  list.setAttribute("role", "radiogroup")
  list.setAttribute("aria-label", data.label)
  list.append(...data.items.map(item => option(item, state, choose)))
  root.replaceChildren(list)
}
