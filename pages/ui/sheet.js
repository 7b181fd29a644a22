// A table of plain rows. Rows are kept by id, so a refresh moves neither focus nor clicks; all text is set as text.
const kept = new WeakMap()

const make = (tag, className, role) => {
  const element = document.createElement(tag)
  if (className) element.className = className
  if (role) element.setAttribute("role", role)
  return element
}
const set = (element, text) => { if (element.textContent !== text) element.textContent = text }

const newCell = (column, holder) => {
  const td = make("td", column.kind ?? "", "cell")
  const name = make("span", "name")
  const mark = make("span", "mark")
  const icon = make("span", "icon")
  const word = make("span")
  icon.setAttribute("aria-hidden", "true")
  mark.append(icon, word)
  const text = holder ?? make("span", "text")
  const note = make("span", "note")
  td.append(name, mark, text, note)
  return { td, fill: (cell, label) => {
    set(name, label)
    mark.hidden = !cell.word
    if (cell.word) {
      const look = `mark ${cell.colour}${cell.busy ? " busy" : ""}`
      if (mark.className !== look) mark.className = look
      set(icon, cell.icon); set(word, cell.word)
    }
    set(text, cell.text ?? ""); set(note, cell.note ?? "")
    text.hidden = !cell.text
  } }
}

const newRow = (columns, choose) => {
  const tr = make("tr", "", "row")
  const button = choose ? make("button", "text choose") : undefined
  if (button) { button.type = "button"; button.onclick = choose }
  const place = columns.findIndex(column => column.kind === "title")
  const cells = columns.map((column, at) => newCell(column, at === Math.max(place, 0) ? button : undefined))
  tr.append(...cells.map(cell => cell.td))
  return { tr, fill: (row, labels) => {
    cells.forEach((cell, at) => cell.fill(row.cells[at], labels[at]))
    tr.classList.toggle("chosen", Boolean(row.chosen))
    if (button) button.setAttribute("aria-pressed", String(Boolean(row.chosen)))
  } }
}

export default function (component) {
  const { data, parentElement, setTriggerValue } = component
  const root = parentElement.querySelector(".root")
  const shape = JSON.stringify([data.columns, data.choosable])
  let state = kept.get(parentElement)
  if (!state || state.shape !== shape) {
    const table = make("table", "", "table")
    const head = make("thead", "", "rowgroup")
    const line = make("tr", "", "row")
    for (const column of data.columns) {
      const th = make("th", column.kind ?? "", "columnheader")
      th.scope = "col"
      th.textContent = column.name
      line.append(th)
    }
    head.append(line)
    const body = make("tbody", "", "rowgroup")
    table.append(head, body)
    root.replaceChildren(table)
    state = { shape, table, body, rows: new Map() }
    kept.set(parentElement, state)
  }
  state.choose = id => setTriggerValue("chosen", id)
  state.table.setAttribute("aria-label", data.label)
  const labels = data.columns.map(column => column.name)
  const wanted = new Set(data.rows.map(row => row.id))
  for (const [id, row] of state.rows) if (!wanted.has(id)) { row.tr.remove(); state.rows.delete(id) }
  data.rows.forEach((row, place) => {
    let known = state.rows.get(row.id)
    if (!known) {
      known = newRow(data.columns, data.choosable ? () => state.choose(row.id) : undefined)
      state.rows.set(row.id, known)
    }
    known.fill(row, labels)
    if (state.body.children[place] !== known.tr) state.body.insertBefore(known.tr, state.body.children[place] ?? null)
  })
}
