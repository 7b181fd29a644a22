// The life of a reel as bars on one scale. It is a table: each row says in words what its bar draws.
const make = (tag, className, text) => {
  const element = document.createElement(tag)
  if (className) element.className = className
  if (text !== undefined) element.textContent = text
  return element
}

const row = stretch => {
  const tr = make("tr")
  const name = make("th", "", stretch.what)
  name.scope = "row"
  const track = make("td", "track")
  const bar = make("span", `bar ${stretch.phase}${stretch.open ? " open" : ""}`)
  bar.style.left = `${stretch.from}%`
  bar.style.width = `${stretch.width}%`
  track.append(bar)
  track.setAttribute("aria-hidden", "true")
  const length = make("td", "length", stretch.length)
  length.title = stretch.times
  length.append(make("span", "unseen", ` (${stretch.times})`))
  tr.append(name, track, length)
  return tr
}

export default function (component) {
  const { data, parentElement } = component
  const root = parentElement.querySelector(".root")
  const drawn = JSON.stringify(data)
  if (root.dataset.drawn === drawn) return
  root.dataset.drawn = drawn
  const table = make("table")
  table.append(make("caption", "unseen", data.label))
  const head = make("thead", "unseen")
  const line = make("tr")
  for (const [place, word] of data.columns.entries()) {
    const cell = make("th", "", word)
    cell.scope = "col"
    if (place === 1) cell.setAttribute("aria-hidden", "true")
    line.append(cell)
  }
  head.append(line)
  const body = make("tbody")
  body.append(...data.stretches.map(row))
  table.append(head, body)
  root.replaceChildren(table)
}
