// The deliveries as a table of links. Rows are kept by delivery id, so a refresh moves neither focus nor clicks.
const kept = new WeakMap()
const NAMES = ["verdict", "event", "whose", "when"]

const make = (tag, className, role) => {
  const element = document.createElement(tag)
  if (className) element.className = className
  if (role) element.setAttribute("role", role)
  return element
}
const set = (element, text) => { if (element.textContent !== text) element.textContent = text }

const newRow = (row, open) => {
  const tr = make("tr", "", "row")
  const cells = Object.fromEntries(NAMES.map(name => [name, make("td", name, "cell")]))
  tr.append(...NAMES.map(name => cells[name]))
  const mark = make("span", "mark")
  const icon = make("span", "icon")
  icon.setAttribute("aria-hidden", "true")
  const word = make("span")
  mark.append(icon, word)
  cells.verdict.append(mark)
  const link = make("a", "link")
  link.onclick = event => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return
    event.preventDefault()
    open(row.id)
  }
  const times = make("span", "times")
  const note = make("span", "note")
  cells.event.append(link, times, note)
  const reel = make("span")
  const proof = make("span", "note")
  cells.whose.append(reel, proof)
  const age = make("span")
  const at = make("span", "note")
  cells.when.append(age, at)
  return { tr, fill: now => {
    mark.className = `mark ${now.colour}`
    link.href = now.href
    set(icon, now.icon); set(word, now.word); set(link, now.event); set(times, now.times); set(note, now.note)
    set(reel, now.reel); set(proof, now.proof); set(age, now.age); set(at, now.at)
    tr.classList.toggle("chosen", now.chosen)
    if (now.chosen) link.setAttribute("aria-current", "true")
    else link.removeAttribute("aria-current")
  } }
}

const begin = root => {
  const table = make("table", "", "table")
  const head = make("thead", "", "rowgroup")
  const line = make("tr", "", "row")
  const titles = NAMES.map(name => {
    const th = make("th", name, "columnheader")
    th.scope = "col"
    return th
  })
  line.append(...titles)
  head.append(line)
  const body = make("tbody", "", "rowgroup")
  table.append(head, body)
  root.append(table)
  return { table, body, titles, rows: new Map() }
}

export default function (component) {
  const { data, parentElement, setTriggerValue } = component
  let state = kept.get(parentElement)
  if (!state) {
    state = begin(parentElement.querySelector(".root"))
    kept.set(parentElement, state)
  }
  state.open = id => setTriggerValue("open", id)
  state.table.setAttribute("aria-label", data.labels.table)
  state.titles.forEach((th, place) => set(th, data.labels.columns[place]))
  const wanted = new Set(data.rows.map(row => row.id))
  for (const [id, row] of state.rows) if (!wanted.has(id)) { row.tr.remove(); state.rows.delete(id) }
  data.rows.forEach((row, place) => {
    let known = state.rows.get(row.id)
    if (!known) { known = newRow(row, id => state.open(id)); state.rows.set(row.id, known) }
    known.fill(row)
    if (state.body.children[place] !== known.tr) state.body.insertBefore(known.tr, state.body.children[place] ?? null)
  })
}
