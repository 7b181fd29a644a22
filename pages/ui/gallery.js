// One choice out of many, as a radio group; what is looked for goes to the server, which answers with one page.
const kept = new WeakMap()
const PAUSE_MS = 250
let group = 0

const make = (tag, className, text) => {
  const element = document.createElement(tag)
  if (className) element.className = className
  if (text !== undefined && text !== null) element.textContent = text
  return element
}

const icon = name => {
  const element = make("span", "icon", name)
  element.setAttribute("aria-hidden", "true")
  return element
}

const button = (className, label, symbol, act) => {
  const element = make("button", className)
  element.type = "button"
  element.title = label
  element.setAttribute("aria-label", label)
  element.append(icon(symbol))
  element.onclick = event => { event.preventDefault(); event.stopPropagation(); act(element) }
  return element
}

const picture = item => {
  const frame = make("span", "picture")
  if (item.image) {
    const image = make("img")
    image.src = item.image
    image.alt = ""
    image.loading = "lazy"
    image.onerror = () => image.remove()
    frame.append(image)
  }
  const initial = make("span", "initial", (item.name || "?").slice(0, 1))
  initial.setAttribute("aria-hidden", "true")
  frame.append(initial)
  return frame
}

const stop = state => {
  state.audio.pause()
  if (state.playing) state.playing.classList.remove("on")
  if (state.playing) state.playing.firstChild.textContent = "play_arrow"
  state.playing = null
}

const listen = (item, state) => element => {
  const again = state.playing === element
  stop(state)
  if (again) return
  state.playing = element
  element.classList.add("on")
  element.firstChild.textContent = "stop"
  state.audio.src = item.sound
  state.audio.play().catch(() => stop(state))
}

const option = (item, data, state, choose, like) => {
  const label = make("label", "option")
  const radio = make("input")
  radio.type = "radio"
  radio.name = state.group
  radio.value = item.id
  radio.checked = item.id === state.selected
  radio.setAttribute("aria-label", [item.name, item.note].filter(Boolean).join(", "))
  radio.onchange = () => choose(item.id)
  label.append(radio)
  if (data.kind === "avatar") label.append(picture(item))
  const words = make("span", "words")
  words.append(make("span", "name", item.name))
  if (item.note) words.append(make("span", "note", item.note))
  label.append(words)
  const { labels } = data
  if (item.sound) label.append(button("round", `${labels.play}: ${item.name}`, "play_arrow", listen(item, state)))
  const star = button(item.liked ? "round star on" : "round star", `${labels.like}: ${item.name}`, "star", like(item))
  star.setAttribute("aria-pressed", String(item.liked))
  star.dataset.id = item.id
  label.append(star)
  return label
}

const select = (filter, ask) => {
  const element = make("select")
  element.setAttribute("aria-label", filter.label)
  for (const { id, name } of [{ id: "", name: filter.all }, ...filter.options]) {
    const entry = make("option", "", name)
    entry.value = id
    element.append(entry)
  }
  element.onchange = () => ask({ [filter.id]: element.value })
  return element
}

const bar = (data, state, ask) => {
  const row = make("div", "bar")
  if (data.search) {
    const search = make("input", "search")
    search.type = "search"
    search.placeholder = data.labels.search
    search.setAttribute("aria-label", data.labels.search)
    search.oninput = () => {
      clearTimeout(state.pause)
      state.pause = setTimeout(() => ask({ search: search.value }), PAUSE_MS)
    }
    row.append(search)
  }
  state.selects = data.filters.map(filter => select(filter, ask))
  row.append(...state.selects)
  state.stars = make("button", "toggle")
  state.stars.type = "button"
  state.stars.append(icon("star"), make("span", "", data.labels.favourites))
  state.stars.onclick = () => ask({ favourites: state.stars.getAttribute("aria-pressed") !== "true" })
  row.append(state.stars)
  return row
}

const begin = (component, state, root) => {
  const { data, setStateValue } = component
  // A new question starts on the first page; "more" alone makes the page longer.
  const ask = change => {
    state.query = { ...state.query, limit: data.page, ...change }
    setStateValue("query", state.query)
  }
  state.list = make("div", "options")
  state.list.setAttribute("role", "radiogroup")
  state.none = make("p", "quiet none")
  state.chosen = make("p", "quiet none")
  state.more = make("button", "toggle more")
  state.more.type = "button"
  state.more.onclick = () => ask({ limit: (state.query.limit ?? data.page) + data.page })
  root.className = `root ${data.kind}`
  root.replaceChildren(bar(data, state, ask), state.chosen, state.list, state.none, state.more)
}

export default function (component) {
  const { data, parentElement, setStateValue, setTriggerValue } = component
  const root = parentElement.querySelector(".root")
  let state = kept.get(parentElement)
  if (!state) {
    state = { audio: new Audio(), playing: null, group: `gallery-${group++}`, query: {}, made: "", drawn: "" }
    state.audio.onended = () => stop(state)
    kept.set(parentElement, state)
  }
  const made = JSON.stringify([data.labels.search, data.filters.map(({ value, ...rest }) => rest), data.search])
  if (state.made !== made) {
    state.made = made
    state.drawn = ""
    begin(component, state, root)
  }
  data.filters.forEach((filter, n) => { state.selects[n].value = filter.value })
  state.stars.setAttribute("aria-pressed", String(data.favourites))
  state.chosen.textContent = data.labels.chosen
  state.chosen.hidden = !data.labels.chosen
  state.none.textContent = data.labels.none
  state.none.hidden = data.items.length > 0
  state.more.textContent = data.labels.more
  state.more.hidden = !data.more
  // A choice made here counts until the server has heard of it; what it said before that is old.
  state.selected = state.mine !== undefined && data.heard !== state.mine ? state.mine : data.selected

  const choose = id => {
    state.selected = state.mine = id
    setStateValue("choice", id)
  }
  const like = item => element => {
    const liked = element.getAttribute("aria-pressed") !== "true"
    element.setAttribute("aria-pressed", String(liked))
    element.classList.toggle("on", liked)
    setTriggerValue("star", { id: item.id, liked })
  }
  const drawn = JSON.stringify([data.items, data.labels])
  if (state.drawn === drawn) {
    for (const radio of state.list.querySelectorAll("input")) radio.checked = radio.value === state.selected
  } else {
    const held = parentElement.activeElement
    const back = held?.dataset?.id ?? (held?.type === "radio" ? held.value : null)
    const tag = held?.tagName
    state.drawn = drawn
    stop(state)
    state.list.setAttribute("aria-label", data.labels.group)
    state.list.replaceChildren(...data.items.map(item => option(item, data, state, choose, like)))
    const same = element => (tag === "BUTTON" ? element.dataset.id : element.value) === back
    if (back) [...state.list.querySelectorAll(tag === "BUTTON" ? ".star" : "input")].find(same)?.focus()
  }
  return () => stop(state)
}
