// Says how old the page is once nothing has come from the product for a while, by the browser's own clock.
const kept = new WeakMap()

const lasting = seconds => (seconds < 120 ? `${seconds} s` : `${Math.floor(seconds / 60)} min`)

const begin = root => {
  const told = document.createElement("p")
  told.setAttribute("role", "status")
  told.className = "mark orange"
  const icon = document.createElement("span")
  icon.className = "icon"
  icon.textContent = "history"
  icon.setAttribute("aria-hidden", "true")
  const age = document.createElement("span")
  const meaning = document.createElement("span")
  meaning.className = "meaning"
  told.append(icon, age, meaning)
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
    // The meaning alone is announced, and once; the age changes every second.
    if (stale && state.told.hidden) state.meaning.textContent = data.labels.meaning
    state.told.hidden = !stale
  }
  clearInterval(state.clock)
  state.clock = setInterval(look, 1000)
  look()
  return () => clearInterval(state.clock)
}
