// node netron.mjs NETRON_FOLDER FILE...: Netron's own JavaScript opens files, without a browser.
// NETRON_FOLDER holds the *.js and *.json of the PyPI package netron beside a package.json that says "type": "module".
// Prints a line for every file: format, operators, tensors with a name. Exit status 1 where Netron refuses one.
import * as fs from 'fs';
import * as path from 'path';
import { createRequire } from 'module';
import { pathToFileURL } from 'url';

const [folder, ...files] = process.argv.slice(2);
const load = (name) => import(pathToFileURL(path.join(folder, name)).href);
const { ModelFactoryService } = await load('view.js');
const { FileStream } = await load('node.js');

const open = (file) => {
    const stat = fs.statSync(file);
    return new FileStream(file, 0, stat.size, stat.mtimeMs);
};
const host = {
    type: 'node', version: '0.0.0', environment: () => undefined, event: () => undefined,
    exception: (error) => { throw error; },
    require: (id) => load(`${id.replace(/^\.\//, '')}.js`),
    asset: async (name) => fs.readFileSync(path.join(folder, name), 'utf-8'),
};
const contextOf = (file) => ({
    identifier: path.basename(file),
    stream: open(file),
    entries: new Map(),
    asset: host.asset,
    require: host.require,
    fetch: async (name) => open(path.join(path.dirname(file), name)),
    error: (error) => { throw error; },
});

let refused = 0;
for (const file of files) {
    try {
        const model = await new ModelFactoryService(host).open(contextOf(file));
        const graphs = [...(model.modules || model.graphs || [])];
        const nodes = graphs.flatMap((graph) => [...graph.nodes]);
        const tensors = new Set();
        for (const node of nodes) {
            for (const argument of node.inputs || []) {
                for (const value of Array.isArray(argument.value) ? argument.value : [argument.value]) {
                    if (value && value.initializer) tensors.add(value.name || value.initializer.name);
                }
            }
        }
        const types = nodes.map((node) => node.type && node.type.name).filter((name) => name);
        console.log(`${path.basename(file)}: ${model.format}, ${nodes.length} nodes (${types.slice(0, 6).join(' ')}), ${tensors.size} tensors`);
    } catch (error) {
        refused = 1;
        console.log(`${path.basename(file)}: refused: ${error.message}`);
    }
}
process.exit(refused);
