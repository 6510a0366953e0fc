import type { ReportedScheme } from '../report.ts'
import type { Row } from '../rows.ts'
import { html, type Html } from './html.ts'

/** A form that the script shows; without scripts there is none. */
export function writeFilter (schemes: readonly ReportedScheme[], rows: readonly Row[]): Html {
  const scopes = [...new Set(rows.flatMap(({ security }) => security.flatMap((requirement) => Object.values(requirement).flat())))].sort()
  const select = (name: string, label: string, values: readonly string[]): Html => values.length === 0
    ? html``
    : html`<label><span>${label}</span><select name="${name}"><option value="">any</option>${values.map((value) => html`<option>${value}</option>`)}</select></label>`
  return html`<form id="filter" role="search" aria-label="Filter the routes" hidden>
<label class="wide"><span>Filter</span><input type="search" name="text" placeholder="path, method, scheme or scope" autocomplete="off" spellcheck="false"></label>
${select('scheme', 'Scheme', schemes.map(({ name }) => name))}${select('scope', 'Scope', scopes)}
<label class="check"><input type="checkbox" name="public"> <span>Public only</span></label>
<label class="check"><input type="checkbox" name="writes"> <span>Writes only</span></label>
<button type="reset">Clear</button>
<p id="shown" role="status"></p>
</form>`
}

/** Hides the lines of routes that are not asked for, and groups without any left. */
export const FILTER_SCRIPT = `
'use strict'
{
  const form = document.getElementById('filter')
  const shown = document.getElementById('shown')
  const groups = [...document.querySelectorAll('.matrix tbody')].map((body) => {
    const routes = []
    for (const row of body.querySelectorAll('tr.line')) {
      if (row.classList.contains('first')) routes.push({ ...row.dataset, rows: [] })
      routes.at(-1).rows.push(row)
    }
    return { body, routes }
  })
  const total = groups.reduce((sum, { routes }) => sum + routes.length, 0)
  const has = (list, value) => value === '' || list.split(' ').includes(value)
  const apply = () => {
    const asked = Object.fromEntries(new FormData(form))
    const words = asked.text.toLowerCase().split(/\\s+/)
    let matching = 0
    for (const { body, routes } of groups) {
      let left = 0
      for (const { rows, text, schemes, scopes, ...route } of routes) {
        const matches = words.every((word) => text.includes(word)) && has(schemes, asked.scheme ?? '') && has(scopes, asked.scope ?? '') &&
          (asked.public === undefined || 'public' in route) && (asked.writes === undefined || 'writes' in route)
        for (const row of rows) row.hidden = !matches
        if (matches) left++
      }
      body.hidden = left === 0
      matching += left
    }
    shown.textContent = matching === total ? total + ' routes' : matching + ' of ' + total + ' routes'
  }
  form.hidden = false
  form.addEventListener('input', apply)
  form.addEventListener('submit', (event) => { event.preventDefault() })
  form.addEventListener('reset', () => { setTimeout(apply) })
  apply()
}
`
