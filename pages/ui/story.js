// The timeline of a reel: an ordered list; every word from outside is set as text.
const make = (tag, className, text) => {
  const element = document.createElement(tag)
  if (className) element.className = className
  if (text !== undefined && text !== null) element.textContent = text
  return element
}

export default function (component) {
  const { data, parentElement } = component
  const root = parentElement.querySelector(".root")
  const drawn = JSON.stringify(data)
  if (root.dataset.drawn === drawn) return
  root.dataset.drawn = drawn
  const list = make("ol")
  list.setAttribute("aria-label", data.label)
  for (const entry of data.entries) {
    const item = make("li")
    const dot = make("span", `dot ${entry.colour}`)
    const icon = make("span", "icon", entry.icon)
    dot.setAttribute("aria-hidden", "true")
    dot.append(icon)
    const words = make("div", "words")
    const head = make("div", "head")
    head.append(make("span", "what", entry.what), make("time", "quiet", entry.time))
    words.append(head)
    if (entry.note) words.append(make("div", "said", entry.note))
    if (entry.detail.length) {
      const details = make("dl")
      for (const [name, value] of entry.detail) details.append(make("dt", "", name), make("dd", "", value))
      words.append(details)
    }
    item.append(dot, words)
    list.append(item)
  }
  root.replaceChildren(list)
}
