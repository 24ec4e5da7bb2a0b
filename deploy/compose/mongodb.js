// The replica set, its root user, and a user for each service who reads and writes that service's database and no other.
// Run at every start, and from the server's own loopback interface, where alone MongoDB lets the first user be made.
// Each step may be repeated, so that a start that was cut short is finished by the next; changed passwords are taken over.
// Passwords stand in files under /run/secrets, which `python -m services secrets` has made.
const fs = require("fs");
const SERVICES = ["issues", "volunteers", "events", "notify"];
const PUBLISHED = "trying-it-out"; // with which stores began that are older than these files; it is replaced
const PATIENCE = 90_000;

class Trouble extends Error {}

function secret(name) {
  try {
    return fs.readFileSync(`/run/secrets/${name}`, "utf8").trim();
  } catch (error) {
    return "";
  }
}

// Whether root comes in with one of `words`; a password that is not the present one is replaced by it.
function enter(admin, [present, ...older]) {
  if (!unless("AuthenticationFailed", () => admin.auth("root", present))) {
    const known = older.find((word) => word && unless("AuthenticationFailed", () => admin.auth("root", word)));
    if (!known) return false;
    admin.changeUserPassword("root", present);
    admin.auth("root", present);
  }
  return true;
}

function eventually(look) {
  for (const begun = Date.now(); ; sleep(250)) {
    try {
      const found = look();
      if (found) return found;
    } catch (error) {
      if (error.name !== "MongoNetworkError" && error.name !== "MongoServerSelectionError") throw error;
      if (Date.now() - begun > PATIENCE) throw error;
    }
    if (Date.now() - begun > PATIENCE) throw new Trouble("MongoDB has no primary after 90 seconds: see its log.");
  }
}

function unless(codeName, act) {
  try {
    act();
    return true;
  } catch (error) {
    if (error.codeName !== codeName) throw error;
    return false;
  }
}

function prepare() {
  const root = secret("root");
  const passwords = SERVICES.map((service) => [service, secret(service)]);
  const missing = [["root", root], ...passwords].find(([, word]) => !word);
  if (missing) throw new Trouble(`The password of ${missing[0]} is missing under /run/secrets.`);
  const url = "mongodb://127.0.0.1:27017/?directConnection=true&serverSelectionTimeoutMS=2000";
  const admin = eventually(() => new Mongo(url)).getDB("admin");
  const primary = () => eventually(() => admin.hello().isWritablePrimary);

  if (!enter(admin, [root, secret("root.before"), PUBLISHED])) {
    const members = [{ _id: 0, host: "mongodb:27017" }];
    try {
      unless("AlreadyInitialized", () => admin.adminCommand({ replSetInitiate: { _id: "rs0", members } }));
      primary();
      admin.createUser({ user: "root", pwd: root, roles: ["root"] });
    } catch (error) {
      if (error.codeName !== "Unauthorized") throw error;
      throw new Trouble("The password of root is not the one that this store has: give it once as MONGODB_ROOT_PASSWORD.");
    }
    admin.auth("root", root);
  }
  primary();
  for (const [user, pwd] of passwords) {
    const rights = { pwd, roles: [{ role: "readWrite", db: `community_${user}` }] };
    if (admin.getUser(user)) admin.updateUser(user, rights);
    else admin.createUser({ user, ...rights });
  }
}

try {
  prepare();
} catch (error) {
  print(error instanceof Trouble ? error.message : error.stack);
  quit(1);
}
