// The timeline of a reel: an ordered list; every word from outside is set as text. What is laid open stays open.
const kept = new WeakMap()

const make = (tag, className, text) => {
  const element = document.createElement(tag)
  if (className) element.className = className
  if (text !== undefined && text !== null) element.textContent = text
  return element
}

const pairs = rows => {
  const list = make("dl")
  for (const [name, value] of rows) list.append(make("dt", "", name), make("dd", "", value))
  return list
}

const copy = async (text, button, done) => {
  try {
    await navigator.clipboard.writeText(text)
  } catch {
    const area = make("textarea", "unseen", text) // without https there is no clipboard to ask
    button.after(area)
    area.select()
    document.execCommand("copy")
    area.remove()
  }
  button.lastChild.textContent = done
  setTimeout(() => { button.lastChild.textContent = button.dataset.word }, 2000)
}

const curl = (text, labels) => {
  const part = make("div", "again")
  const button = make("button")
  button.type = "button"
  button.dataset.word = labels.copy
  const icon = make("span", "icon", "content_copy")
  icon.setAttribute("aria-hidden", "true")
  button.append(icon, make("span", "", labels.copy))
  button.onclick = () => copy(text, button, labels.copied)
  part.append(button, make("pre", "", text))
  return part
}

const proof = (evidence, labels, state) => {
  const details = make("details")
  details.open = state.open.has(evidence.name)
  details.ontoggle = () => details.open ? state.open.add(evidence.name) : state.open.delete(evidence.name)
  details.append(make("summary", "", evidence.summary))
  if (evidence.times.length) {
    const list = make("ul", "times")
    for (const time of evidence.times) list.append(make("li", "", time))
    details.append(list)
  }
  if (evidence.request) details.append(make("div", "request", evidence.request))
  if (evidence.headers.length) details.append(pairs(evidence.headers))
  if (evidence.body) details.append(make("pre", "", evidence.body))
  if (evidence.curl) details.append(curl(evidence.curl, labels))
  return details
}

const item = (entry, labels, state) => {
  const li = make("li", "entry")
  const dot = make("span", `dot ${entry.colour}`)
  dot.setAttribute("aria-hidden", "true")
  dot.append(make("span", "icon", entry.icon))
  const words = make("div", "words")
  const head = make("div", "head")
  head.append(make("span", "what", entry.what), make("time", "quiet", entry.time))
  words.append(head)
  if (entry.note) words.append(make("div", "said", entry.note))
  if (entry.detail.length) words.append(pairs(entry.detail))
  if (entry.evidence) words.append(proof(entry.evidence, labels, state))
  li.append(dot, words)
  return li
}

export default function (component) {
  const { data, parentElement } = component
  const root = parentElement.querySelector(".root")
  if (!kept.has(parentElement)) kept.set(parentElement, { open: new Set(), drawn: "", items: [] })
  const state = kept.get(parentElement)
  const drawn = JSON.stringify(data)
  if (state.drawn === drawn) return
  state.drawn = drawn
  let list = root.querySelector("ol")
  if (!list) { list = make("ol"); root.append(list) }
  list.setAttribute("aria-label", data.label)
  data.entries.forEach((entry, place) => { // what has not changed is left as it is: a text may be selected there
    const text = JSON.stringify([entry, data.labels])
    const known = state.items[place]
    if (known?.text === text) return
    const element = item(entry, data.labels, state)
    if (known) known.element.replaceWith(element)
    else list.append(element)
    state.items[place] = { text, element }
  })
  for (const gone of state.items.splice(data.entries.length)) gone.element.remove()
}
