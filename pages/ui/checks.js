// The doctor's checks as a list; what was seen comes from outside and is set as text.
const make = (tag, className, text) => {
  const element = document.createElement(tag)
  if (className) element.className = className
  if (text !== undefined) element.textContent = text
  return element
}

const item = check => {
  const li = make("li")
  const mark = make("span", `mark ${check.colour}`)
  const icon = make("span", "icon", check.icon)
  icon.setAttribute("aria-hidden", "true")
  mark.append(icon, make("span", "", check.word))
  const words = make("div", "words")
  words.append(make("div", "what", check.what), make("div", "seen", check.seen))
  if (check.advice) words.append(make("div", "advice", check.advice))
  li.append(mark, words)
  return li
}

export default function (component) {
  const { data, parentElement } = component
  const root = parentElement.querySelector(".root")
  const drawn = JSON.stringify(data)
  if (root.dataset.drawn === drawn) return
  root.dataset.drawn = drawn
  const list = make("ul")
  list.setAttribute("aria-label", data.label)
  list.append(...data.checks.map(item))
  root.replaceChildren(list)
}
