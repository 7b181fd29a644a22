// Names the viewer's language in the page's first tag, for screen readers: the switch changes it without a reload.
export default function ({ data }) {
  document.documentElement.lang = data.language
}
