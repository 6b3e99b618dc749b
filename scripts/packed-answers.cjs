// Next drops the Content-Encoding of a route handler and packs its answer itself, at zlib's slowest useful level and only for
// types that it knows. A handler that was told that it may pack says by a header of ours that it has.
const MAY_PACK = 'x-mig-may-pack'
const PACKED = 'x-mig-packed'

/** Whether an Accept-Encoding takes gzip: named, or by the star, with a weight above nothing. */
function takesGzip(accepted) {
  const weights = new Map()
  for (const entry of (accepted || '').toLowerCase().split(',')) {
    const [name, ...parameters] = entry.split(';').map((part) => part.trim())
    const weight = parameters.find((parameter) => parameter.startsWith('q='))
    weights.set(name, weight === undefined ? 1 : Number(weight.slice(2)))
  }
  return (weights.get('gzip') ?? weights.get('x-gzip') ?? weights.get('*') ?? 0) > 0
}

/** The header that tells a handler that it may pack its answer, or null where it may not. */
exports.mayPack = (request) => (takesGzip(request.headers['accept-encoding']) ? MAY_PACK : null)

/** Sends the handler's word as the header that it stands for. */
exports.namePacked = (response) => {
  const { setHeader } = response
  response.setHeader = function setNamed(name, value) {
    const isPacked = String(name).toLowerCase() === PACKED
    return setHeader.call(this, isPacked ? 'content-encoding' : name, isPacked ? String(value) : value)
  }
}
