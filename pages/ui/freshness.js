// Says how old the page is once nothing has come from the product for a while, by the browser's own clock.
const kept = new WeakMap()

const lasting = seconds => (seconds < 120 ? `${seconds} s` : `${Math.floor(seconds / 60)} min`)

const make = (tag, className, text = "") => {
  const element = document.createElement(tag)
  element.className = className
  element.textContent = text
  return element
}

const begin = root => {
  const told = make("div", "mark orange")
  const icon = make("span", "icon", "history")
  icon.setAttribute("aria-hidden", "true")
  const age = make("b", "age")
  // The meaning alone is announced, and once; the age changes every second.
  const meaning = make("span", "meaning")
  meaning.setAttribute("role", "status")
  const words = make("p", "")
  words.append(age, " ", meaning)
  told.append(icon, words)
  told.hidden = true
  root.replaceChildren(told)
  return { told, age, meaning, clock: null, at: null, heard: 0 }
}

export default function (component) {
  const { data, parentElement } = component
  let state = kept.get(parentElement)
  if (!state) kept.set(parentElement, state = begin(parentElement.querySelector(".root")))
  if (state.at !== data.at) Object.assign(state, { at: data.at, heard: performance.now() })
  const look = () => {
    const seconds = Math.floor((performance.now() - state.heard) / 1000)
    const stale = seconds >= data.after_s
    if (stale) state.age.textContent = data.labels.age.replace("{time}", lasting(seconds))
    if (stale !== state.told.hidden) return
    state.told.hidden = !stale
    state.meaning.textContent = stale ? data.labels.meaning : ""
  }
  clearInterval(state.clock)
  state.clock = setInterval(look, 1000)
  look()
  return () => clearInterval(state.clock)
}
