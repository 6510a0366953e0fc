import t from 'tap'
import { isDocumentUrl } from '../../../../lib/docs/asyncapi/document-url.ts'

t.test('documents are pointed to by whole URLs, which hold no secret and no place within', async (t) => {
  const table: [url: string, isOne: boolean][] = [
    ['https://api.example/asyncapi.json', true], ['http://127.0.0.1:3000/a?b=c', true], ['/asyncapi.json', false], ['asyncapi.json', false],
    ['wss://api.example/a', false], ['javascript:alert(1)', false], ['https://me@api.example/a', false], ['https://me:pw@api.example/a', false],
    ['https://api.example/a#b', false], ['https://api.example/a#', false], ['', false]
  ]
  for (const [url, isOne] of table) t.equal(isDocumentUrl(url), isOne, url)
})
