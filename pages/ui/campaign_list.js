// The list of campaigns: a link each, with a thin bar of its reels. Rows are kept by id, so a refresh moves no focus.
const make = (tag, className, text) => {
  const element = document.createElement(tag)
  if (className) element.className = className
  if (text !== undefined) element.textContent = text
  return element
}

const fill = (item, row, open) => {
  const drawn = JSON.stringify(row)
  if (item.dataset.drawn === drawn) return
  item.dataset.drawn = drawn
  const link = make("a", "link", row.name)
  link.href = row.href
  link.onclick = event => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return
    event.preventDefault()
    open(row.id)
  }
  const mark = make("span", `mark ${row.colour}`)
  const icon = make("span", "icon", row.icon)
  icon.setAttribute("aria-hidden", "true")
  mark.append(icon, make("span", "", row.word))
  const head = make("div", "head")
  head.append(link, mark)
  const bar = make("div", "bar")
  bar.setAttribute("aria-hidden", "true")
  for (const part of row.parts) {
    const piece = make("span", `piece ${part.colour}`)
    piece.style.flexGrow = part.n
    bar.append(piece)
  }
  const foot = make("div", "foot quiet")
  foot.append(make("span", "", row.progress), make("span", "", row.age))
  const held = item.contains(item.getRootNode().activeElement)
  item.replaceChildren(head, bar, foot)
  if (held) link.focus()
}

export default function (component) {
  const { data, parentElement, setTriggerValue } = component
  const root = parentElement.querySelector(".root")
  const open = id => setTriggerValue("open", id)
  let list = root.querySelector("ul")
  if (!list) root.replaceChildren(list = make("ul"))
  list.setAttribute("aria-label", data.label)
  const known = new Map([...list.children].map(item => [item.dataset.id, item]))
  const wanted = data.rows.map(row => {
    const item = known.get(String(row.id)) ?? make("li")
    item.dataset.id = row.id
    fill(item, row, open)
    return item
  })
  if (wanted.length !== list.children.length || wanted.some((item, n) => list.children[n] !== item)) {
    list.replaceChildren(...wanted)
  }
}
