// Shows the frame with the avatar, its background and the words of one moment. Words are set as text, never as HTML.
const kept = new WeakMap()
const FATE = /\[\[\s*sim\s*:[^]*$/i
const LINE = 7

const make = (tag, className, text) => {
  const element = document.createElement(tag)
  if (className) element.className = className
  if (text !== undefined && text !== null) element.textContent = text
  return element
}

// Captions end with a sentence, or after seven words.
const lines = text => {
  const cut = []
  let line = [], begin = 0, count = 0
  for (const { 0: word, index } of text.matchAll(/\S+/g)) {
    if (!line.length) begin = index
    line.push(word)
    if (line.length === LINE || /[.!?…:;]$/.test(word)) {
      cut.push({ text: line.join(" "), begin, count })
      count += line.length
      line = []
    }
  }
  if (line.length) cut.push({ text: line.join(" "), begin, count })
  return cut
}

const clock = seconds => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`

const image = (className, source, failed) => {
  const element = make("img", className)
  element.alt = ""
  element.referrerPolicy = "no-referrer"
  element.onerror = () => { element.remove(); failed?.() }
  element.src = source
  return element
}

const build = (root, state, data) => {
  state.frame = make("div", "frame")
  state.frame.style.aspectRatio = data.ratio
  state.frame.classList.toggle("wide", data.ratio > 1)
  state.frame.classList.toggle("staged", Boolean(data.colour || data.picture))
  if (data.colour) state.frame.style.backgroundColor = data.colour
  state.note = make("p", "quiet", data.labels.note)
  if (data.picture) {
    state.frame.append(image("backdrop", data.picture, () => { state.note.textContent = data.labels.no_picture }))
  }
  if (data.image) state.frame.append(image("avatar", data.image))
  else state.frame.append(make("span", "initial", (data.name || "?").slice(0, 1)))
  state.words = make("p", `words ${data.captions}`)
  if (data.captions !== "none") state.frame.append(state.words)
  const slider = make("input", "moment")
  slider.type = "range"
  slider.min = 0
  slider.setAttribute("aria-label", data.labels.moment)
  slider.oninput = () => { state.at = Number(slider.value); state.show() }
  state.slider = slider
  state.clock = make("span", "clock")
  const bar = make("div", "bar")
  bar.append(slider, state.clock)
  const side = make("div", "side")
  if (data.captions === "none") side.append(state.words)
  side.append(bar, state.note)
  root.replaceChildren(state.frame, side)
  root.setAttribute("role", "group")
  root.setAttribute("aria-label", data.labels.frame)
}

export default function (component) {
  const { data, parentElement } = component
  const root = parentElement.querySelector(".root")
  const before = kept.get(parentElement)
  const state = before?.state ?? { at: 0, drawn: "" }
  const field = () => document.querySelector(`.st-key-${data.field} textarea`)

  state.show = () => {
    const all = state.lines
    state.at = Math.max(0, Math.min(state.at, all.length - 1))
    const line = all[state.at]
    state.words.textContent = line?.text ?? data.labels.empty
    state.words.classList.toggle("empty", !line)
    const seconds = count => count * 60 / data.words_a_minute
    state.slider.max = Math.max(0, all.length - 1)
    state.slider.value = state.at
    state.slider.disabled = all.length < 2
    const told = `${clock(seconds(line?.count ?? 0))} / ${clock(seconds(state.total))}`
    state.clock.textContent = told
    state.slider.setAttribute("aria-valuetext", `${told} ${line?.text ?? ""}`)
  }
  const read = (text, caret) => {
    const said = data.demo ? text.replace(FATE, "") : text
    state.lines = lines(said)
    state.total = (said.match(/\S+/g) ?? []).length
    if (caret !== undefined) state.at = state.lines.findLastIndex(line => line.begin <= caret)
    state.show()
  }
  const follow = event => {
    if (event.target === field()) read(event.target.value, event.target.selectionStart)
  }
  const { text, ...looks } = data
  const drawn = JSON.stringify(looks)
  if (state.drawn !== drawn) build(root, state, data)
  state.drawn = drawn
  before?.end()
  document.addEventListener("input", follow, true)
  document.addEventListener("click", follow, true)
  const end = () => {
    document.removeEventListener("input", follow, true)
    document.removeEventListener("click", follow, true)
  }
  kept.set(parentElement, { state, end })
  read(field()?.value ?? text)
  return end
}
