import type { Finding, ReportedScheme } from '../report.ts'
import type { Row } from '../rows.ts'
import { admitsAnonymous, isPublic } from '../words.ts'
import { count, html, withCode, type Html } from './html.ts'

/** How many routes there are of each kind. */
export function writeCounts (rows: readonly Row[], findings: readonly Finding[] | null): Html {
  const isOpen = rows.filter(({ security }) => isPublic(security)).length
  const optional = rows.filter(({ security }) => !isPublic(security) && admitsAnonymous(security)).length
  const counts: readonly (readonly [label: string, kind: string, number: number])[] = [
    ['Routes', '', rows.length],
    ['Public', isOpen > 0 ? 'public' : '', isOpen],
    ['Optional', optional > 0 ? 'optional' : '', optional],
    ['Protected', 'protected', rows.length - isOpen - optional],
    ['WebSocket', '', rows.filter(({ websocket }) => websocket).length],
    ...(findings === null ? [] : [['Findings', findings.length > 0 ? 'public' : 'protected', findings.length] as const])
  ]
  return html`<dl class="counts">${counts.map(([label, kind, number]) => html`<div class="${kind}"><dt>${label}</dt><dd>${number}</dd></div>`)}</dl>`
}

/** What the checks found. */
export function writeFindings (findings: readonly Finding[]): Html {
  if (findings.length === 0) {
    return html`<section aria-labelledby="findings"><h2 id="findings">Findings</h2><p class="fine"><span aria-hidden="true">✓</span> None.</p></section>`
  }
  return html`<section aria-labelledby="findings"><h2 id="findings">${count(findings.length, 'finding')}</h2>
<ul class="findings" tabindex="0" aria-labelledby="findings">
${findings.map(({ rule, method, url, message }) => html`<li><p><span class="rule">${rule}</span>${
  url === null ? null : html` <code>${[method ?? [], url].flat().join(' ')}</code>`}</p><p>${withCode(message)}</p></li>
`)}</ul></section>`
}

/** What each scheme is, and how often its scopes are asked for. */
export function writeSchemes (schemes: readonly ReportedScheme[], rows: readonly Row[]): Html | null {
  if (schemes.length === 0) return null
  return html`<section aria-labelledby="schemes"><h2 id="schemes">Schemes</h2>
<div class="schemes">
${schemes.map((scheme) => writeScheme(scheme, rows))}</div></section>`
}

function writeScheme ({ name, type, location, description, scopes }: ReportedScheme, rows: readonly Row[]): Html {
  const asked = rows.flatMap(({ security }) => {
    const required = security.filter((requirement) => Object.hasOwn(requirement, name)).map((requirement) => requirement[name] ?? [])
    return required.length === 0 ? [] : [new Set(required.flat())]
  })
  const isExplained = scopes?.some((scope) => scope.description !== null) === true
  const noun = type === 'oauth2' || type === 'openIdConnect' ? 'Scope' : 'Role'
  const head = html`<thead><tr><th scope="col">${noun}</th>${isExplained ? html`<th scope="col">For</th>` : null}<th scope="col" class="number">Routes</th></tr></thead>`
  const uses = (scope: string): number => asked.filter((required) => required.has(scope)).length
  const described = new Map(scopes?.map((scope) => [scope.name, scope.description]))
  const known = [...new Set([...described.keys(), ...asked.flatMap((required) => [...required])])]
  const table = html`
<table>${head}<tbody>
${known.map((scope) => html`<tr><th scope="row"><span class="scope">${scope}</span></th>${
  isExplained ? html`<td>${described.get(scope) ?? null}</td>` : null}<td class="number">${uses(scope)}</td></tr>
`)}</tbody></table>`
  return html`<article><h3>${name}</h3><p class="kind">${type}, ${location}; ${asked.length === 0 ? 'no route asks for it' : count(asked.length, 'route')}</p>${
    description === null ? null : html`<p>${description}</p>`}${known.length === 0 ? null : table}</article>
`
}
