import { createHash } from 'node:crypto'
import type { Report } from '../report.ts'
import { rowsOf } from '../rows.ts'
import { FILTER_SCRIPT, writeFilter } from './filter.ts'
import { Html, html } from './html.ts'
import { writeMatrix } from './matrix.ts'
import { writeCounts, writeFindings, writeSchemes } from './overview.ts'
import { STYLE } from './style.ts'

/**
 * Writes a page that shows who may call what: one file that loads nothing else, for reviewers to look at, filter and print. Without
 * scripts it shows the same, unfiltered.
 */
export function writeAccessMap (report: Report): string {
  const { title, version, schemes, routes, findings } = report
  const rows = rowsOf(routes)
  const name = title ?? 'Untitled API'
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy()}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>Access map: ${name}</title>
<link rel="icon" href="data:,">
<style>${new Html(STYLE)}</style>
</head>
<body>
<header class="top">
<div><p class="kicker">Access map</p><h1>${name}${version === null ? null : html` <span class="version">${version}</span>`}</h1></div>
${writeCounts(rows, findings)}
</header>
<main>
${findings === null ? null : writeFindings(findings)}
<section aria-labelledby="routes">
<h2 id="routes">Routes</h2>
<p class="legend"><span class="sample"><b>Each line is one way in.</b></span> <span class="sample"><span class="key joined"><i>✓</i><i>✓</i></span> joined on a line: all of it is needed together</span> <span class="sample"><span class="key stacked"><i>✓</i><i>✓</i></span> on lines of their own: either will do</span> <span class="sample">GET includes HEAD</span></p>
${writeFilter(schemes, rows)}
<div class="matrix" role="region" aria-labelledby="routes" tabindex="0">
${writeMatrix(rows, schemes)}
</div>
</section>
${writeSchemes(schemes, rows)}
</main>
<footer>Made by <code>fastify-openapi-security audit</code> from what the routes declare and the plugin enforces.</footer>
<script>${new Html(FILTER_SCRIPT)}</script>
</body>
</html>
`.text
}

/** Nothing is loaded; the style and the script are the ones written here. */
function policy (): string {
  return `default-src 'none'; style-src ${hash(STYLE)}; script-src ${hash(FILTER_SCRIPT)}; img-src data:; base-uri 'none'; form-action 'none'`
}

function hash (text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
}
