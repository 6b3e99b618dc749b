/** "Finding offline agents" of mig-data.rst, byte for byte but for its indentation. */
export const DOCUMENTED_OFFLINE = `SELECT DISTINCT(name) FROM agents
WHERE name IN (
	SELECT DISTINCT(name) FROM agents
	WHERE heartbeattime >= NOW() - interval '30 days'
) AND name NOT IN (
	SELECT DISTINCT(name) FROM agents
	WHERE heartbeattime >= NOW() - interval '5 minutes'
) ORDER BY name;`

/** "Finding double agents" of mig-data.rst, byte for byte but for its indentation. */
export const DOCUMENTED_DOUBLES = `SELECT COUNT(queueloc), queueloc FROM agents
WHERE heartbeattime >= NOW() - INTERVAL '10 minutes'
GROUP BY queueloc HAVING COUNT(queueloc) > 1
ORDER BY count(queueloc) DESC;`
