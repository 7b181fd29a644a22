// What n8n does around a node: fill in the parameters' defaults, send the request with the credential, hand over errors.
// HeyGen's node is loaded from its package and left as it is; only the host of its requests is another.
// One JSON object a line comes in, one goes out.
'use strict';
const readline = require('node:readline');
const axios = require('axios');
const { NodeHelpers } = require('n8n-workflow');
const dist = '@heygenofficial/n8n-nodes-heygen-official/dist';
const { HeygenNode } = require(`${dist}/nodes/Heygen/HeygenNode.node.js`);
const { HeygenTrigger } = require(`${dist}/nodes/Heygen/HeygenTrigger.node.js`);
const { HeyGenApi } = require(`${dist}/credentials/HeyGenApi.credentials.js`);

const HEYGEN = 'https://api.heygen.com';
const [, , baseUrl, apiKey] = process.argv;

async function send({ method, url, headers, qs, body }) {
  if (!url.startsWith(HEYGEN)) throw new Error(`a request to somewhere else: ${url}`);
  const request = { method, headers, params: qs, data: body, url: url.replace(HEYGEN, baseUrl), proxy: false };
  return (await axios.request(request)).data;
}

function context(type, given, items) {
  const node = { name: 'HeyGen', type: type.name, typeVersion: 1, position: [0, 0], parameters: given };
  const filled = NodeHelpers.getNodeParameters(type.properties, given, true, false, node, type);
  return {
    getNode: () => ({ ...node, parameters: filled }),
    getInputData: () => items,
    continueOnFail: () => false,
    getCredentials: async () => ({ apiKey }),
    getNodeParameter(name, index, fallback) {
      const value = name.split('.').reduce((inner, key) => inner?.[key], filled);
      if (value === undefined && fallback === undefined) throw new Error(`no parameter ${name}`);
      return value === undefined ? fallback : value;
    },
    helpers: { httpRequest: send, httpRequestWithAuthentication: (_type, request) => send(request) },
  };
}

async function run({ what, parameters = {}, binary, body }) {
  if (what === 'trigger') {
    const trigger = new HeygenTrigger();
    const surroundings = { ...context(trigger.description, parameters, []), getBodyData: () => body };
    return (await trigger.webhook.call(surroundings)).workflowData[0].map((item) => item.json);
  }
  if (what === 'credential') {
    const { request } = new HeyGenApi().test;
    return send({ ...request, url: request.baseURL + request.url, headers: { 'X-Api-Key': apiKey } });
  }
  const node = new HeygenNode();
  const given = { authentication: 'apiKey', ...parameters };
  const surroundings = context(node.description, given, [{ json: {}, ...(binary && { binary }) }]);
  return (await node.execute.call(surroundings))[0][0].json;
}

function told(error) {
  return { name: error.constructor.name, message: error.message, status: error.httpCode ?? null, description: error.description ?? null };
}

(async () => {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const answer = await run(JSON.parse(line)).then((result) => ({ result }), (error) => ({ error: told(error) }));
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }
})();
