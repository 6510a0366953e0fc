/** Whether a text is the URL of a document that others can be pointed to: with a host, and without user, password or fragment. */
export function isDocumentUrl (text: string): boolean {
  if (!URL.canParse(text) || text.includes('#')) return false
  const { protocol, username, password } = new URL(text)
  return (protocol === 'https:' || protocol === 'http:') && username === '' && password === ''
}
