// A few cards that say how something does: a title, a word with an icon, lines under it; all set as text.
const make = (tag, className, text) => {
  const element = document.createElement(tag)
  if (className) element.className = className
  if (text !== undefined) element.textContent = text
  return element
}

const card = ({ title, word, icon, colour, lines }) => {
  const section = make("section", "card")
  const head = make("div", "head")
  const mark = make("span", `mark ${colour}`)
  const sign = make("span", "icon", icon)
  sign.setAttribute("aria-hidden", "true")
  mark.append(sign, make("span", "", word))
  const name = make("span", "name", title)
  name.setAttribute("role", "heading")
  name.setAttribute("aria-level", "2")
  head.append(name, mark)
  const list = make("dl")
  for (const [label, value] of lines) {
    const line = make("div")
    line.append(make("dt", "", label), make("dd", "", value))
    list.append(line)
  }
  section.append(head, list)
  return section
}

export default function (component) {
  const { data, parentElement } = component
  const root = parentElement.querySelector(".root")
  const drawn = JSON.stringify(data)
  if (root.dataset.drawn === drawn) return
  root.dataset.drawn = drawn
  root.replaceChildren(...data.cards.map(card))
}
