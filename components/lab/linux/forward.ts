import net from "node:net";

// Passes connections from the machine to a port of the host that it runs in. File descriptor 3 is a socket that
// listens outside the lab, where it stays although this process is inside.

const port = Number(process.argv[2]);

const server = net.createServer({ allowHalfOpen: true }, (client) => {
  const host = net.connect({ host: "127.0.0.1", port, allowHalfOpen: true });
  for (const [from, to] of [
    [client, host],
    [host, client],
  ] as const) {
    from.pipe(to);
    // What one end breaks off, the other end has to hear of.
    from.on("error", () => to.destroy());
  }
});
server.listen({ fd: 3 });
