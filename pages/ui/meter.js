// Counts the script on every key, beside the fields that Streamlit draws, tells the server what was typed after a
// pause, and keeps a double click from acting twice.
const kept = new WeakMap()
const PAUSE_MS = 500
const FATE = /\[\[\s*sim\s*:[^]*$/i

const make = (className, text) => {
  const element = document.createElement("span")
  element.className = className
  element.textContent = text
  return element
}

const find = selector => document.querySelector(selector)
const put = (template, values) => template.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all)
const lasting = seconds => (seconds < 120 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`)

const measure = (text, data) => {
  const said = data.demo ? text.replace(FATE, "") : text
  const words = (said.match(/\S+/g) ?? []).length
  const exact = words * 60 / data.words_a_minute
  return { characters: [...text].length, words, exact, seconds: Math.ceil(exact), price: exact * data.price_per_s }
}

const counts = (found, data) => {
  const { labels, locale, limit } = data
  const number = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 })
  const money = new Intl.NumberFormat(locale, { style: "currency", currency: data.currency })
  const over = found.characters > limit
  const count = put(labels.characters, { n: number.format(found.characters), limit: number.format(limit) })
  const parts = [
    make(over ? "part over" : "part", over ? `${count} · ${labels.too_long}` : count),
    make("part", put(found.words === 1 ? labels.word : labels.words, { n: number.format(found.words) })),
    make("part", put(labels.time, { time: lasting(found.seconds) })),
    make("part price", put(labels.price, { price: money.format(found.price) })),
  ]
  if (data.balance !== null) {
    const short = Number(found.price.toFixed(2)) > data.balance
    const wallet = put(short ? labels.wallet_short : labels.wallet, { balance: money.format(data.balance) })
    parts.push(make(short ? "part over" : "part", wallet))
  }
  return parts
}

const gauge = (found, data) => {
  const row = make("gauge", "")
  if (!data.longest_s) return row
  const over = found.exact > data.longest_s
  const track = make(over ? "track full" : "track", "")
  const fill = make("fill", "")
  fill.style.width = `${Math.min(100, 100 * found.exact / data.longest_s)}%`
  track.append(fill)
  track.setAttribute("aria-hidden", "true")
  const told = { format: data.format, limit: data.longest }
  row.append(track, make(over ? "part over" : "part", put(over ? data.labels.over : data.labels.fits, told)))
  return row
}

export default function (component) {
  const { data, parentElement, setStateValue } = component
  const root = parentElement.querySelector(".root")
  const field = () => find(`.st-key-${data.field} textarea`)
  const title = () => find(`.st-key-${data.title} input`)
  const before = kept.get(parentElement)
  const state = before?.state ?? { last: -Infinity, button: null, pause: null, told: null }
  const draw = text => {
    const found = measure(text, data)
    const row = make("row", "")
    row.append(...counts(found, data))
    root.replaceChildren(row, gauge(found, data))
  }
  const tell = () => {
    const typed = { title: title()?.value ?? "", script: field()?.value ?? "" }
    if (state.told !== JSON.stringify(typed)) setStateValue("typed", typed)
    state.told = JSON.stringify(typed)
  }
  const onInput = event => {
    state.last = -Infinity
    if (event.target !== field() && event.target !== title()) return
    if (event.target === field()) draw(event.target.value)
    clearTimeout(state.pause)
    state.pause = setTimeout(tell, PAUSE_MS)
  }
  const onClick = event => {
    if (!event.target.closest?.(`.st-key-${data.button}`)) return
    clearTimeout(state.pause)
    const button = event.target.closest('[class*="st-key-"]').className
    if (button === state.button && event.timeStamp - state.last < 500) { event.stopPropagation(); event.preventDefault() }
    Object.assign(state, { button, last: event.timeStamp })
  }
  before?.end()
  document.addEventListener("input", onInput, true)
  document.addEventListener("click", onClick, true)
  const end = () => {
    document.removeEventListener("input", onInput, true)
    document.removeEventListener("click", onClick, true)
  }
  kept.set(parentElement, { state, end })
  draw(field()?.value ?? data.text)
  return end
}
