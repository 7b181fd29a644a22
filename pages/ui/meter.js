// Counts the script on every key, beside the field that Streamlit draws, and keeps a double click from acting twice.
const kept = new WeakMap()

const make = (className, text) => {
  const element = document.createElement("span")
  element.className = className
  element.textContent = text
  return element
}

const find = selector => document.querySelector(selector)

export default function (component) {
  const { data, parentElement } = component
  const root = parentElement.querySelector(".root")
  const { labels, locale, limit, words_a_minute: pace, price_per_s: price } = data
  const number = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 })
  const money = new Intl.NumberFormat(locale, { style: "currency", currency: data.currency })
  const put = (template, values) => template.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all)

  const draw = text => {
    const characters = [...text].length
    const words = (text.match(/\S+/g) ?? []).length
    const seconds = Math.round(words * 60 / pace)
    const time = seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`
    const over = characters > limit
    const count = put(labels.characters, { n: number.format(characters), limit: number.format(limit) })
    root.replaceChildren(
      make(over ? "part over" : "part", over ? `${count} · ${labels.too_long}` : count),
      make("part", put(words === 1 ? labels.word : labels.words, { n: number.format(words) })),
      make("part", put(labels.time, { time })),
      make("part price", put(data.demo ? labels.price_demo : labels.price, { price: money.format(seconds * price) })),
    )
  }

  const field = () => find(`.st-key-${data.field} textarea`)
  let last = -Infinity
  const onInput = event => {
    last = -Infinity
    if (event.target === field()) draw(event.target.value)
  }
  const onClick = event => {
    if (!event.target.closest?.(`.st-key-${data.button}`)) return
    if (event.timeStamp - last < 500) { event.stopPropagation(); event.preventDefault() }
    last = event.timeStamp
  }
  kept.get(parentElement)?.()
  document.addEventListener("input", onInput, true)
  document.addEventListener("click", onClick, true)
  const end = () => {
    document.removeEventListener("input", onInput, true)
    document.removeEventListener("click", onClick, true)
  }
  kept.set(parentElement, end)
  draw(field()?.value ?? data.text)
  return end
}
