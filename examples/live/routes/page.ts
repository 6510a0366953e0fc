import { readdir, readFile } from 'node:fs/promises'
import type { FastifyPluginAsync } from 'fastify'
import ts from 'typescript'

const TYPES: Readonly<Record<string, string>> = { html: 'text/html', css: 'text/css', js: 'text/javascript' }
const PAGE = new URL('../page/', import.meta.url)
const STYLE = new URL('../../support/style.css', import.meta.url)
const CLIENT = new URL('../../../lib/', import.meta.url)

/** The page and the client it runs; public, in a scope of their own. */
export const page: FastifyPluginAsync<{ origins: readonly string[] }> = async (app, { origins }) => {
  app.security.default([])
  const sockets = origins.map((origin) => origin.replace(/^http/, 'ws')).join(' ')
  const headers = {
    'cache-control': 'no-cache',
    'content-security-policy':
      `default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self' ${sockets}; ` +
      "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff'
  }
  const serve = (url: string, extension: string, content: string): void => {
    app.get(url, { schema: { hide: true } }, (_request, reply) => reply.headers(headers).type(`${TYPES[extension]}; charset=utf-8`).send(content))
  }
  for (const name of await readdir(PAGE)) {
    const [, extension = ''] = name.split('.')
    serve(name === 'index.html' ? '/' : `/page/${name}`, extension, await readFile(new URL(name, PAGE), 'utf8'))
  }
  serve('/page/style.css', 'css', await readFile(STYLE, 'utf8'))
  for (const [url, script] of await clientScripts()) serve(url, 'js', script)
}

/**
 * The client as browsers run it. Elsewhere it is served as the package has it, `dist/lib/client.js` and `dist/lib/client/`; a clone has no
 * build, so the types are taken out here.
 */
async function clientScripts (): Promise<Map<string, string>> {
  const names = ['client.ts', ...(await readdir(new URL('client/', CLIENT))).map((name) => `client/${name}`)]
  const scripts = await Promise.all(names.map(async (name): Promise<[string, string]> => {
    const { outputText } = ts.transpileModule(await readFile(new URL(name, CLIENT), 'utf8'), {
      compilerOptions: {
        target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true, rewriteRelativeImportExtensions: true
      }
    })
    return [`/client/${name.replace(/\.ts$/, '.js')}`, outputText]
  }))
  return new Map(scripts)
}
