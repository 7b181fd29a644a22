// A bar of a campaign's reels by state, and the words and numbers that say the same; every word is set as text.
const make = (tag, className, text) => {
  const element = document.createElement(tag)
  if (className) element.className = className
  if (text !== undefined) element.textContent = text
  return element
}

export default function (component) {
  const { data, parentElement } = component
  const root = parentElement.querySelector(".root")
  const drawn = JSON.stringify(data)
  if (root.dataset.drawn === drawn) return
  root.dataset.drawn = drawn
  const bar = make("div", "bar")
  const words = make("ul", "words")
  for (const part of data.parts) {
    const piece = make("span", `piece ${part.colour}`)
    piece.style.flexGrow = part.n
    bar.append(piece)
    const item = make("li", `mark ${part.colour}`)
    const icon = make("span", "icon", part.icon)
    icon.setAttribute("aria-hidden", "true")
    item.append(icon, make("span", "", `${part.number} ${part.word}`))
    words.append(item)
  }
  bar.setAttribute("role", "img")
  bar.setAttribute("aria-label", data.label)
  root.replaceChildren(make("div", "label", data.label), bar, words)
}
