// One choice out of many, as a radio group: arrow keys, Tab and screen readers work as for any radio group.
const players = new WeakMap()
let group = 0

const make = (tag, className, text) => {
  const element = document.createElement(tag)
  if (className) element.className = className
  if (text !== undefined && text !== null) element.textContent = text
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
  frame.append(make("span", "initial", (item.name || "?").slice(0, 1)))
  return frame
}

const shape = item => {
  const frame = make("span", "shape")
  const box = make("span", item.ratio ? "box" : "box free")
  if (item.ratio) box.style.aspectRatio = item.ratio
  box.style[item.tall ? "height" : "width"] = "2.1rem"
  frame.append(box)
  return frame
}

const stop = state => {
  state.audio.pause()
  if (state.playing) state.playing.classList.remove("on")
  if (state.playing) state.playing.querySelector(".icon").textContent = "play_arrow"
  state.playing = null
}

const sample = (item, state, labels) => {
  const button = make("button", "play")
  button.type = "button"
  button.title = labels.play
  button.setAttribute("aria-label", `${labels.play}: ${item.name}`)
  button.append(make("span", "icon", "play_arrow"))
  button.firstChild.setAttribute("aria-hidden", "true")
  button.onclick = event => {
    event.preventDefault()
    const again = state.playing === button
    stop(state)
    if (again) return
    state.playing = button
    button.classList.add("on")
    button.firstChild.textContent = "stop"
    state.audio.src = item.sound
    state.audio.play().catch(() => stop(state))
  }
  return button
}

const option = (item, data, state, choose) => {
  const label = make("label", "option")
  const radio = make("input")
  radio.type = "radio"
  radio.name = state.group
  radio.value = item.id
  radio.checked = item.id === state.selected
  radio.onchange = () => choose(item.id)
  label.append(radio)
  if (data.kind === "avatar") label.append(picture(item))
  if (data.kind === "shape") label.append(shape(item))
  const words = make("span", "words")
  words.append(make("span", "name", item.name))
  if (item.note) words.append(make("span", "note", item.note))
  label.append(words)
  if (item.sound) label.append(sample(item, state, data.labels))
  return label
}

export default function (component) {
  const { data, parentElement, setStateValue } = component
  const root = parentElement.querySelector(".root")
  let state = players.get(parentElement)
  if (!state) {
    state = { audio: new Audio(), playing: null, group: `picker-${group++}`, search: "", filter: null, drawn: "" }
    state.audio.onended = () => stop(state)
    players.set(parentElement, state)
  }
  // A choice made here counts until the server has heard of it; what it said before that is old.
  const unheard = state.mine !== undefined && data.heard !== state.mine
  const selected = unheard ? state.mine : data.selected
  const drawn = JSON.stringify([data.items, data.labels, data.filters])
  if (state.drawn === drawn && state.selected === selected) return
  const moved = state.selected !== selected
  state.selected = selected
  if (state.drawn === drawn) {
    for (const radio of root.querySelectorAll("input[type=radio]")) radio.checked = radio.value === selected
    return
  }
  state.drawn = drawn
  stop(state)
  root.className = `root ${data.kind}`
  root.replaceChildren()

  const choose = id => {
    state.selected = state.mine = id
    setStateValue("choice", id)
  }
  const chosen = data.items.find(item => item.id === selected)
  if (state.filter === null || moved) state.filter = data.filters?.length ? (chosen?.group ?? data.filters[0].id) : ""

  const list = make("div", "options")
  list.setAttribute("role", "radiogroup")
  list.setAttribute("aria-label", data.labels.group)
  const none = make("p", "quiet none", data.labels.none)
  const draw = () => {
    const words = state.search.toLocaleLowerCase()
    const shown = data.items.filter(
      item => (!state.filter || item.group === state.filter)
        && (!words || `${item.name} ${item.note ?? ""}`.toLocaleLowerCase().includes(words)),
    )
    list.replaceChildren(...shown.slice(0, 300).map(item => option(item, data, state, choose)))
    none.hidden = shown.length > 0
  }

  const bar = make("div", "bar")
  if (data.filters?.length > 1) {
    const select = make("select")
    select.setAttribute("aria-label", data.labels.filter)
    for (const { id, name } of [...data.filters, { id: "", name: data.labels.all }]) {
      const entry = make("option", "", name)
      entry.value = id
      entry.selected = id === state.filter
      select.append(entry)
    }
    select.onchange = () => { state.filter = select.value; draw() }
    bar.append(select)
  }
  if (data.items.length > 12) {
    const search = make("input", "search")
    search.type = "search"
    search.placeholder = data.labels.search
    search.setAttribute("aria-label", data.labels.search)
    search.oninput = () => { state.search = search.value; draw() }
    bar.append(search)
  }
  if (bar.children.length) root.append(bar)
  root.append(list, none)
  draw()
  return () => stop(state)
}
