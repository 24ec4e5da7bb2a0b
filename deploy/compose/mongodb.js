// The replica set, its root user, and a user for each service who reads and writes that service's database and no other.
// Run at every start, and from the server's own loopback interface, where alone MongoDB lets the first user be made.
// Each step may be repeated, so that a start that was cut short is finished by the next; changed passwords are taken over.
const SERVICES = ["issues", "volunteers", "events", "notify"];
const TRYING = "trying-it-out";
const PATIENCE = 90_000;

class Trouble extends Error {}

function secret(name) {
  const value = process.env[name];
  if (!value) throw new Trouble(`${name} is missing.`);
  if (value === TRYING && process.env.ENVIRONMENT === "production")
    throw new Trouble(`${name} is the one of the file that everybody can read: production wants one of its own.`);
  return value;
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
  const root = secret("MONGODB_ROOT_PASSWORD");
  const passwords = SERVICES.map((service) => [service, secret(`${service.toUpperCase()}_MONGODB_PASSWORD`)]);
  const url = "mongodb://127.0.0.1:27017/?directConnection=true&serverSelectionTimeoutMS=2000";
  const admin = eventually(() => new Mongo(url)).getDB("admin");
  const primary = () => eventually(() => admin.hello().isWritablePrimary);

  if (!unless("AuthenticationFailed", () => admin.auth("root", root))) {
    const members = [{ _id: 0, host: "mongodb:27017" }];
    try {
      unless("AlreadyInitialized", () => admin.adminCommand({ replSetInitiate: { _id: "rs0", members } }));
      primary();
      admin.createUser({ user: "root", pwd: root, roles: ["root"] });
    } catch (error) {
      if (error.codeName !== "Unauthorized") throw error;
      throw new Trouble("MONGODB_ROOT_PASSWORD is not the one that this store was begun with.");
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
