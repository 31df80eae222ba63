// Calls the unmodified client of the npm package ncalayer-js-client as a portal
// does: URL of the service and a list of calls ([method, arguments]) come in on
// standard input as JSON; for each, what it returned or threw goes out. Where an
// argument begins with "!!", the client's constant of that name is meant.
const { NCALayerClient } = require('ncalayer-js-client');

const meant = (value) => (typeof value === 'string' && value.startsWith('!!') ? NCALayerClient[value.slice(2)] : value);

(async () => {
  let input = '';
  for await (const chunk of process.stdin) input += chunk;
  const { url, calls } = JSON.parse(input);
  const client = new NCALayerClient(url, false);
  const out = [];
  for (const [method, args] of [['connect', []], ...calls]) {
    try {
      out.push({ value: await client[method](...args.map(meant)) });
    } catch (err) {
      out.push({ error: err.message, name: err.name, cancelled: err.canceledByUser === true });
    }
  }
  client.wsConnection.close();
  process.stdout.write(JSON.stringify({ isKmd: client.isKmd, out }));
})();
