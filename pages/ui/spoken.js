// Speaks the viewer's language where Streamlit speaks English of its own accord: names the language in the page's
// first tag, and replaces known words in labels, and in texts of those parts of the page that hold Streamlit's words.
const kept = new WeakMap()
const said = new WeakMap()
const NAMES = ["aria-label", "title"]
const TEXTS = '[data-testid="stFileUploaderDropzone"], [data-testid="stStatusWidget"], [role="tooltip"], ' +
  '[role="listbox"], [data-testid="stDateInputCalendar"], [id$="-calendar-desc"], ' +
  '[data-testid="stDataFrameColumnMenu"]'
const ORNAMENT = /^[a-z0-9_]+ icon$/

const spoken = (text, { words, beginnings }) => {
  if (Object.hasOwn(words, text)) return words[text]
  const found = Object.keys(beginnings).find(beginning => text.startsWith(`${beginning} `))
  return found ? beginnings[found] + text.slice(found.length) : text
}

// What was replaced is remembered: another language starts from Streamlit's words, not from the last translation.
const replace = (node, name, now, put, data) => {
  const before = said.get(node)?.[name]
  const original = before && now === before.shown ? before.original : now
  const shown = spoken(original, data)
  if (shown !== now) put(shown)
  if (shown !== original || before) said.set(node, { ...said.get(node), [name]: { original, shown } })
}

const readLabels = (element, data) => {
  for (const name of NAMES) {
    const now = element.getAttribute(name)
    if (now) replace(element, name, now, shown => element.setAttribute(name, shown), data)
  }
  // An icon stands beside its word; its English name is no help to anybody.
  if (ORNAMENT.test(element.getAttribute("aria-label") ?? "")) element.setAttribute("aria-hidden", "true")
}

const readText = (node, data) => replace(node, "text", node.data, shown => { node.data = shown }, data)

const readTexts = (element, data) => {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) readText(walker.currentNode, data)
}

const read = (node, data) => {
  if (node.nodeType === Node.TEXT_NODE) {
    if (node.parentElement?.closest(TEXTS)) readText(node, data)
    return
  }
  if (node.nodeType !== Node.ELEMENT_NODE) return
  readLabels(node, data)
  for (const element of node.querySelectorAll("[aria-label], [title]")) readLabels(element, data)
  if (node.closest(TEXTS)) readTexts(node, data)
  else for (const element of node.querySelectorAll(TEXTS)) readTexts(element, data)
}

export default function ({ data, parentElement }) {
  document.documentElement.lang = data.language
  kept.get(parentElement)?.()
  read(document.body, data)
  const observer = new MutationObserver(changes => {
    for (const { type, target, addedNodes } of changes) {
      if (type === "attributes") readLabels(target, data)
      else if (type === "characterData") read(target, data)
      else for (const node of addedNodes) read(node, data)
    }
  })
  observer.observe(document.body, { subtree: true, childList: true, characterData: true, attributeFilter: NAMES })
  const end = () => observer.disconnect()
  kept.set(parentElement, end)
  return end
}
