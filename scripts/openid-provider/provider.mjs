// An OpenID provider on loopback for tests: the certified `oidc-provider`, with its own login and consent
// pages. Prints its issuer, then does what it is told by lines of JSON on stdin and answers each by one
// line; it ends with its stdin.
//
//   {"client": {..}}          registers a client by its metadata
//   {"account": {"sub": ..}}  says who somebody is from now on
//   {"rotate": true}          new keys with new ids; the old ones are gone
//   {"outage": true}          whether userinfo answers 503
//
// What a sign-in asks for decides the access token: none of the resources below, an opaque one; else a
// signed or an opaque one for that resource's audience.
import { createServer } from 'node:http';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline';
import Provider from 'oidc-provider';

const RESOURCES = {
  'https://reeve.example.test/signed': { audience: 'reeve', accessTokenFormat: 'jwt' },
  'https://reeve.example.test/opaque': { audience: 'reeve', accessTokenFormat: 'opaque' },
  'https://elsewhere.example.test': { audience: 'elsewhere', accessTokenFormat: 'jwt' },
};

const accounts = new Map();
const clients = [];
const cookieKey = randomBytes(16).toString('hex');
let keys = newKeys();
let outage = false;
let answer;

function newKeys() {
  const jwk = (kind, options, alg) => ({
    ...generateKeyPairSync(kind, options).privateKey.export({ format: 'jwk' }),
    kid: randomBytes(8).toString('hex'),
    use: 'sig',
    alg,
  });
  return [
    jwk('rsa', { modulusLength: 2048 }, 'RS256'),
    jwk('ec', { namedCurve: 'P-256' }, 'ES256'),
  ];
}

// Another instance with the clients and keys of now; what was granted and who is signed in stay known.
function renew(issuer) {
  const provider = new Provider(issuer, {
    clients,
    jwks: { keys },
    cookies: { keys: [cookieKey] },
    scopes: ['openid', 'email', 'profile', 'groups'],
    claims: {
      openid: ['sub'],
      email: ['email', 'email_verified'],
      profile: ['name'],
      groups: ['groups'],
    },
    findAccount: (_, sub) =>
      accounts.has(sub) ? { accountId: sub, claims: () => accounts.get(sub) } : undefined,
    ttl: { AccessToken: 600, IdToken: 600, Session: 3600, Grant: 3600, Interaction: 600 },
    features: {
      backchannelLogout: { enabled: true },
      introspection: { enabled: true },
      revocation: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_, resource) => ({
          scope: '',
          accessTokenTTL: 600,
          jwt: { sign: { alg: 'ES256' } },
          ...RESOURCES[resource],
        }),
      },
    },
  });
  for (const event of ['server_error', 'backchannel.error']) {
    provider.on(event, (...problem) => console.error(event, problem));
  }
  answer = provider.callback();
}

const server = createServer((request, response) => {
  if (outage && request.url.startsWith('/me')) {
    response.writeHead(503).end();
  } else {
    answer(request, response);
  }
});

server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  renew(issuer);
  console.log(issuer);
  const lines = createInterface({ input: process.stdin });
  lines.on('line', (line) => {
    const told = JSON.parse(line);
    if (told.client) clients.push(told.client);
    if (told.account) accounts.set(told.account.sub, told.account);
    if (told.rotate) keys = newKeys();
    if ('outage' in told) outage = told.outage;
    if (told.client || told.rotate) renew(issuer);
    console.log('done');
  });
  lines.on('close', () => process.exit(0));
});
