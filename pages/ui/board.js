// The list of reels as a table of links. Rows are kept by reel id, so a refresh moves neither focus nor clicks.
const kept = new WeakMap()

const make = (tag, className, text) => {
  const element = document.createElement(tag)
  if (className) element.className = className
  if (text !== undefined) element.textContent = text
  return element
}
const set = (element, text) => { if (element.textContent !== text) element.textContent = text }

const newBox = (cell, changed) => {
  const label = make("label", "box")
  const box = make("input")
  box.type = "checkbox"
  box.onchange = () => changed(box.checked)
  label.append(box)
  cell.append(label)
  return box
}

const newRow = (row, open, choose) => {
  const tr = make("tr")
  tr.setAttribute("role", "row")
  const cells = {}
  for (const name of ["pick", "status", "title", "way", "when"]) {
    cells[name] = make("td", name)
    cells[name].setAttribute("role", "cell")
    tr.append(cells[name])
  }
  const box = newBox(cells.pick, on => choose(row.id, on))
  const mark = make("span", "mark")
  const icon = make("span", "icon")
  icon.setAttribute("aria-hidden", "true")
  const word = make("span")
  mark.append(icon, word)
  const note = make("span", "note")
  cells.status.append(mark, note)
  const link = make("a", "link")
  link.href = row.href
  link.onclick = event => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return
    event.preventDefault()
    open(row.id)
  }
  const sub = make("span", "note")
  const picture = make("img", "picture")
  picture.alt = ""
  picture.loading = "lazy"
  picture.onerror = () => { picture.style.visibility = "hidden" }
  picture.onload = () => { picture.style.visibility = "" }
  const frame = make("span", "frame")
  frame.append(picture)
  const words = make("div", "words")
  words.append(link, sub)
  const face = make("div", "face")
  face.append(frame, words)
  cells.title.append(face)
  const mode = make("span")
  const learned = make("span", "note")
  cells.way.append(mode, learned)
  const age = make("span")
  const created = make("span", "note")
  cells.when.append(age, created)
  return { tr, fill: (now, label, on) => {
    box.setAttribute("aria-label", label)
    box.checked = on
    tr.classList.toggle("chosen", on)
    mark.className = `mark ${now.colour}${now.open ? " busy" : ""}`
    set(icon, now.icon); set(word, now.word); set(note, now.note)
    set(link, now.title); set(sub, now.sub); set(mode, now.mode); set(learned, now.learned)
    set(age, now.age); set(created, now.created)
    link.classList.toggle("unnamed", now.unnamed)
    if (now.picture && picture.getAttribute("src") !== now.picture) picture.src = now.picture
  } }
}

export default function (component) {
  const { data, parentElement, setStateValue, setTriggerValue } = component
  const root = parentElement.querySelector(".root")
  let state = kept.get(parentElement)
  if (!state) {
    const table = make("table")
    table.setAttribute("role", "table")
    const head = make("thead")
    head.setAttribute("role", "rowgroup")
    const line = make("tr")
    line.setAttribute("role", "row")
    const corner = make("th", "pick")
    corner.setAttribute("role", "columnheader")
    corner.scope = "col"
    const all = newBox(corner, on => state.chooseAll(on))
    const titles = ["status", "title", "way", "when"].map(name => {
      const th = make("th", name)
      th.setAttribute("role", "columnheader")
      th.scope = "col"
      return th
    })
    line.append(corner, ...titles)
    head.append(line)
    const body = make("tbody")
    body.setAttribute("role", "rowgroup")
    table.append(head, body)
    root.append(table)
    state = { table, body, titles, all, rows: new Map(), chosen: new Set(), round: data.round }
    kept.set(parentElement, state)
  }
  if (state.round !== data.round) { state.round = data.round; state.chosen.clear() }
  const tell = () => setStateValue("chosen", { round: state.round, ids: [...state.chosen] })
  const draw = () => {
    for (const row of data.rows) {
      state.rows.get(row.id).fill(row, data.labels.one.replace("{id}", row.id), state.chosen.has(row.id))
    }
    const n = data.rows.filter(row => state.chosen.has(row.id)).length
    state.all.checked = n > 0 && n === data.rows.length
    state.all.indeterminate = n > 0 && n < data.rows.length
  }
  const put = (id, on) => on ? state.chosen.add(id) : state.chosen.delete(id)
  state.choose = (id, on) => { put(id, on); draw(); tell() }
  state.chooseAll = on => { data.rows.forEach(row => put(row.id, on)); draw(); tell() }
  state.open = id => setTriggerValue("open", id)
  state.all.setAttribute("aria-label", data.labels.all)
  state.table.classList.toggle("plain", !data.pick)
  state.table.classList.toggle("pictured", data.pictured)
  state.table.setAttribute("aria-label", data.labels.table)
  state.titles.forEach((th, place) => set(th, data.labels.columns[place]))
  const wanted = new Set(data.rows.map(row => row.id))
  for (const [id, row] of state.rows) {
    if (!wanted.has(id)) { row.tr.remove(); state.rows.delete(id); state.chosen.delete(id) }
  }
  data.rows.forEach((row, place) => {
    let known = state.rows.get(row.id)
    if (!known) {
      known = newRow(row, id => state.open(id), (id, on) => state.choose(id, on))
      state.rows.set(row.id, known)
    }
    if (state.body.children[place] !== known.tr) state.body.insertBefore(known.tr, state.body.children[place] ?? null)
  })
  draw()
}
