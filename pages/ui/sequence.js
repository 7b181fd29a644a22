// What happens between two sides, from top to bottom: an SVG whose words are set as text and whose colours are the theme's.
const NS = "http://www.w3.org/2000/svg"
const WIDTH = 340, LEFT = 44, RIGHT = 296, TOP = 46, STEP = 40

const make = (tag, attributes, text) => {
  const element = document.createElementNS(NS, tag)
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
  if (text !== undefined) element.textContent = text
  return element
}

const head = (x, text) => {
  const group = make("g", { class: "head" })
  group.append(make("rect", { x: x - 42, y: 4, width: 84, height: 28, rx: 8 }), make("text", { x, y: 23 }, text))
  return group
}

const arrow = (step, y) => {
  const [from, to] = step.kind === "left" || step.kind === "lost" ? [RIGHT, LEFT] : [LEFT, RIGHT]
  const way = Math.sign(to - from)
  const end = step.kind === "lost" ? (LEFT + RIGHT) / 2 : to - way * 3
  const group = make("g", { class: `arrow ${step.tone}` })
  group.append(make("line", { x1: from + way * 3, y1: y, x2: end, y2: y, class: step.kind === "lost" ? "dashed" : "" }))
  if (step.kind === "lost") {
    group.append(make("path", { d: `M${end - 6},${y - 6} l12,12 m0,-12 l-12,12` }))
  } else {
    group.append(make("path", { d: `M${end - way * 8},${y - 5} L${end},${y} L${end - way * 8},${y + 5}` }))
  }
  group.append(make("text", { x: step.kind === "lost" ? (end + RIGHT) / 2 : (LEFT + RIGHT) / 2, y: y - 8 }, step.text))
  return group
}

const note = (step, y) => {
  const group = make("g", { class: `note ${step.tone}` })
  const x = step.kind === "ours" ? LEFT : RIGHT
  const width = Math.max(92, step.text.length * 6.9 + 22)
  const start = step.kind === "ours" ? Math.max(2, x - 42) : Math.min(WIDTH - 2 - width, x + 42 - width)
  group.append(
    make("rect", { x: start, y: y - 20, width, height: 26, rx: 13 }),
    make("text", { x: start + width / 2, y: y - 2.5 }, step.text),
  )
  return group
}

export default function (component) {
  const { data, parentElement } = component
  const root = parentElement.querySelector(".root")
  const drawn = JSON.stringify(data)
  if (root.dataset.drawn === drawn) return
  root.dataset.drawn = drawn
  const height = TOP + data.steps.length * STEP + 4
  const svg = make("svg", { viewBox: `0 0 ${WIDTH} ${height}`, role: "img", "aria-label": data.alt })
  for (const x of [LEFT, RIGHT]) svg.append(make("line", { x1: x, y1: 32, x2: x, y2: height, class: "life" }))
  svg.append(head(LEFT, data.sides[0]), head(RIGHT, data.sides[1]))
  data.steps.forEach((step, place) => {
    const y = TOP + place * STEP + 28
    svg.append(step.kind === "ours" || step.kind === "theirs" ? note(step, y) : arrow(step, y))
  })
  root.replaceChildren(svg)
}
