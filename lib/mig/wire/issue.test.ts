import { describe, expect, it } from 'vitest'
import { readableIssue } from './issue'

describe('readableIssue', () => {
  it.each([
    ['Ubuntu 22.04.4 LTS \\n \\l', 'Ubuntu 22.04.4 LTS'],
    ['Debian GNU/Linux 12 \\n \\l', 'Debian GNU/Linux 12'],
    ['Arch Linux \\r (\\l)', 'Arch Linux'],
    ['\\S{PRETTY_NAME} Fedora 40 \\4{eth0}', 'Fedora 40'],
    ['CentOS release 6.10 (Final)', 'CentOS release 6.10 (Final)'],
    ['Mac OS X 10.15.7 19H2026', 'Mac OS X 10.15.7 19H2026'],
  ])('%s', (line, readable) => {
    expect(readableIssue(line)).toBe(readable)
  })

  it('leaves other backslashes, and a line of nothing else', () => {
    expect(readableIssue('C:\\Windows on D:\\mirror')).toBe('C:\\Windows on D:\\mirror')
    expect(readableIssue('\\S \\r')).toBe('\\S \\r')
    expect(readableIssue('')).toBe('')
  })
})
