import type { Requirement } from '../../requirement/parse.ts'
import type { ReportedScheme } from '../report.ts'
import type { Row } from '../rows.ts'
import { isSafe } from '../safe.ts'
import { admitsAnonymous, isPublic, SOURCES } from '../words.ts'
import { count, html, type Html } from './html.ts'

/** Routes as rows, schemes as columns: each line is one way in, and what is marked on a line is needed together. */
export function writeMatrix (rows: readonly Row[], schemes: readonly ReportedScheme[]): Html {
  const names = schemes.map(({ name }) => name)
  return html`<table>
<caption class="unseen">Who may call which route. Each line of a route is one way in; everything marked on a line is needed together.</caption>
<thead><tr><th scope="col" class="route">Route</th><th scope="col" class="way">Callers need</th>${schemes.map(writeHeading)}<th scope="col">Declared</th></tr></thead>
${groupsOf(rows).map(([segment, group]) => writeGroup(segment, group, names))}</table>`
}

function writeHeading ({ name, type }: ReportedScheme): Html {
  return html`<th scope="col" class="scheme"><span class="name">${name}</span> <span class="kind">${type}</span></th>`
}

/** By the first segment of the path. */
function groupsOf (rows: readonly Row[]): [segment: string, rows: Row[]][] {
  const groups = new Map<string, Row[]>()
  for (const row of rows) {
    const segment = `/${row.url.split('/')[1] ?? ''}`
    const group = groups.get(segment)
    if (group === undefined) groups.set(segment, [row])
    else group.push(row)
  }
  return [...groups]
}

function writeGroup (segment: string, rows: readonly Row[], names: readonly string[]): Html {
  return html`<tbody>
<tr class="group"><th scope="rowgroup" colspan="${names.length + 3}"><span>${segment}${
    rows.length === 1 ? null : html` <small>${count(rows.length, 'route')}</small>`}</span></th></tr>
${rows.map((row) => writeRow(row, names))}</tbody>
`
}

function writeRow (row: Row, names: readonly string[]): Html {
  const { security } = row
  const ways = security.filter((requirement) => Object.keys(requirement).length > 0)
  const joint = (i: number): Joint => ways.length === 1 && !admitsAnonymous(security) ? 'only' : i === 0 ? 'either' : 'or'
  const lines = ways.map((requirement, i) => writeWay(requirement, names, joint(i)))
  if (admitsAnonymous(security)) lines.push(writeAnonymous(ways.length > 0, names.length))
  return html`${lines.map((line, i) => html`<tr class="line${i === 0 ? ' first' : ''}${i === lines.length - 1 ? ' last' : ''}"${i === 0 ? filterData(row) : null}>${
    i === 0 ? writeRoute(row, lines.length) : null}${line}${i === 0 ? writeSource(row, lines.length) : null}</tr>
`)}`
}

function writeRoute ({ methods, url, websocket, documented, security }: Row, lines: number): Html {
  const access = isPublic(security) ? 'public' : admitsAnonymous(security) ? 'optional' : 'protected'
  const badges = [
    access === 'protected' ? null : html`<span class="warning ${access}">${access}</span>`,
    websocket ? html`<span class="badge live">websocket</span>` : null,
    documented === 'no' ? html`<span class="badge">undocumented</span>` : null,
    documented === 'hidden' ? html`<span class="badge">hidden</span>` : null
  ].flatMap((badge) => badge === null ? [] : [html` ${badge}`])
  return html`<th scope="row" class="route ${access}" rowspan="${lines}"><span class="place">${
    methods.filter((method, i) => i === 0 || method !== 'HEAD').map((method) => html`<span class="method${isSafe(method) ? '' : ' write'}">${method}</span> `)
  }<span><span class="url">${breakable(url)}</span>${badges}</span></span></th>`
}

/** Long paths may be broken after each slash. */
function breakable (url: string): Html[] {
  return url.split(/(?<=\/)/).map((part) => html`${part}<wbr>`)
}

/** How a way in stands to the others of its route. */
type Joint = 'only' | 'either' | 'or'

function writeWay (requirement: Requirement, names: readonly string[], joint: Joint): Html {
  const needed = Object.keys(requirement)
  const together = needed.length === 1 ? '' : needed.length === 2 ? 'both' : `all ${needed.length}`
  const columns = needed.map((name) => names.indexOf(name))
  const [from, to] = [Math.min(...columns), Math.max(...columns)]
  const cells = names.map((name, column): Cell => {
    const link = from === to || column < from || column > to ? '' : column === from ? 'link from' : column === to ? 'link to' : 'link'
    const scopes = requirement[name]
    return { link, need: scopes === undefined ? null : writeNeed(scopes, needed.filter((other) => other !== name)) }
  })
  return html`<td class="way"><span class="${joint}">${joint === 'only' ? together || 'this' : `${joint} ${together}`}</span></td>${mergeEmpty(cells)}`
}

/** What stands where a way in meets a scheme. */
interface Cell {
  /** How the line runs that joins what is needed together. */
  readonly link: string
  readonly need: Html | null
}

/** Browsers lay out few wide cells much sooner than many empty ones. */
function mergeEmpty (cells: readonly Cell[]): Html[] {
  const merged: { link: string, need: Html | null, span: number }[] = []
  for (const { link, need } of cells) {
    const last = merged.at(-1)
    if (last !== undefined && last.need === null && need === null && last.link === link) last.span++
    else merged.push({ link, need, span: 1 })
  }
  return merged.map(({ link, need, span }) => {
    const classes = [need === null ? [] : 'need', link === '' ? [] : link].flat().join(' ')
    return html`<td${classes === '' ? null : html` class="${classes}"`}${span === 1 ? null : html` colspan="${span}"`}>${need}</td>`
  })
}

function writeNeed (scopes: readonly string[], others: readonly string[]): Html {
  const together = others.length === 0 ? null : html`<span class="unseen"> together with ${others.join(' and ')}</span>`
  const chips = scopes.map((scope, i) => html`<span class="unseen">${i === 0 ? 'required with ' : ' and '}</span><span class="scope">${scope}</span>`)
  const asked = scopes.length === 0 ? [html`<span class="tick" aria-hidden="true">✓</span><span class="unseen">required</span>`] : chips
  return html`<span class="needed">${asked}${together}</span>`
}

function writeAnonymous (optional: boolean, columns: number): Html {
  return optional
    ? html`<td class="way"><span class="or">or nothing</span></td><td colspan="${columns}" class="open optional">callers without credentials are let in too</td>`
    : html`<td colspan="${columns + 1}" class="open public">anyone may call this</td>`
}

function writeSource ({ source }: Row, lines: number): Html {
  return html`<td class="source ${source === 'route' ? 'own' : 'inherited'}" rowspan="${lines}">${
    source === 'route' ? 'on the route' : html`<span class="unseen">inherited: </span><span aria-hidden="true">↳ </span>${SOURCES[source]}`}</td>`
}

/** What the filter looks at. Names of schemes and scopes hold no spaces. */
function filterData ({ url, methods, security, websocket, documented, source }: Row): Html {
  const schemes = [...new Set(security.flatMap((requirement) => Object.keys(requirement)))]
  const scopes = [...new Set(security.flatMap((requirement) => Object.values(requirement).flat()))]
  const open = isPublic(security) ? 'public' : admitsAnonymous(security) ? 'optional' : ''
  const text = [url, ...methods, ...schemes, ...scopes, open, websocket ? 'websocket' : '', documented === 'no' ? 'undocumented' : documented, SOURCES[source]]
  return html` data-schemes="${schemes.join(' ')}" data-scopes="${scopes.join(' ')}" data-text="${text.join(' ').toLowerCase()}"${
    open === 'public' ? html` data-public` : null}${methods.every(isSafe) ? null : html` data-writes`}`
}
