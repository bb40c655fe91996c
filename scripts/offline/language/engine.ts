import grpc from "@grpc/grpc-js";

const health = "/grpc.health.v1.Health/Check";
const checkPatience = 5_000;
const firstContactPatience = 30_000;
const contactPatience = 1_000;
const parent = process.ppid;

/**
 * Calls back once when the engine at this address is gone, and returns a function that stops watching.
 *
 * The official host asks every five minutes (sdk/go/common/util/rpcutil/health.go). This one keeps a connection and
 * asks when that breaks, so it leaves within moments of a CLI that was killed.
 */
export function watchEngine(address: string, onGone: () => void): () => void {
  const client = new grpc.Client(address, grpc.credentials.createInsecure());
  let watching = true;
  const gone = () => {
    if (!watching) return;
    stop();
    onGone();
  };
  const stop = () => {
    watching = false;
    client.close();
  };
  const watch = () => {
    if (!watching) return;
    client.getChannel().watchConnectivityState(grpc.connectivityState.READY, Infinity, check);
  };
  const check = () => {
    if (!watching) return;
    client.makeUnaryRequest(
      health,
      (request: Buffer) => request,
      (response: Buffer) => response,
      Buffer.alloc(0),
      { deadline: Date.now() + checkPatience },
      (error) => {
        // An engine without a health service is alive all the same: it answered.
        if (error === null || error.code === grpc.status.UNIMPLEMENTED) watch();
        else gone();
      },
    );
  };
  const giveUp = Date.now() + firstContactPatience;
  const meet = () => {
    client.waitForReady(Date.now() + contactPatience, (error) => {
      if (error === undefined) watch();
      // A CLI that was killed before it was met is nobody's parent any more.
      else if (watching && process.ppid === parent && Date.now() < giveUp) meet();
      else gone();
    });
  };
  meet();
  return stop;
}
