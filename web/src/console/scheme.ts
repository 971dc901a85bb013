/** Element Plus takes its dark colours from html.dark. */
export function followColorScheme(): void {
  const dark = matchMedia('(prefers-color-scheme: dark)')
  const apply = (): void => {
    document.documentElement.classList.toggle('dark', dark.matches)
  }
  apply()
  dark.addEventListener('change', apply)
}
