//! From a spanning tree to clusters: single linkage, the tree condensed to groups of some size, the choice among them, labels
//! and how firmly each row belongs (Campello, Moulavi, Sander 2013; McInnes, Healy 2017). Rows are numbers here.

use super::spanning::Edge;
use super::{Choice, Settings};
use crate::model::union_find::UnionFind;

/// Two groups joined at a distance. Groups below the number of rows are rows, the others the joints before.
#[derive(Clone, Copy, Debug)]
struct Joint {
    left: u32,
    right: u32,
    distance: f64,
    size: u32,
}

/// A group of the condensed tree; group 0 holds all rows.
#[derive(Clone, Copy, Debug)]
struct Group {
    parent: u32,
    /// 1/distance at which it split off; 0 of group 0.
    birth: f64,
    size: u32,
    /// The two groups into which it splits, if it does.
    children: Option<(u32, u32)>,
    /// Excess of mass: rows times how long they stayed.
    stability: f64,
    /// The largest 1/distance at which something left it.
    death: f64,
}

/// The condensed tree.
pub(super) struct Condensed {
    groups: Vec<Group>,
    /// The group that each row left, and at which 1/distance.
    rows: Vec<(u32, f64)>,
}

/// Labels and memberships, as scikit-learn numbers them.
pub(super) struct Labelled {
    pub labels: Vec<Option<u32>>,
    pub probabilities: Vec<f64>,
    pub count: u32,
}

/// Joins the rows along the edges, shortest first, in their order where equally long.
fn single_linkage(mut edges: Vec<Edge>) -> Vec<Joint> {
    edges.sort_by(|a, b| a.distance.total_cmp(&b.distance));
    let rows = edges.len() as u32 + 1;
    let mut sets = UnionFind::new(rows as usize);
    // The group that each set is, by the set's name.
    let mut group: Vec<u32> = (0..rows).collect();
    let mut joints: Vec<Joint> = Vec::with_capacity(edges.len());
    for Edge { from, to, distance } in edges {
        let (left, right) = (group[sets.find(from) as usize], group[sets.find(to) as usize]);
        let size = size_of(&joints, rows, left) + size_of(&joints, rows, right);
        sets.union(from, to);
        group[sets.find(from) as usize] = rows + joints.len() as u32;
        joints.push(Joint { left, right, distance, size });
    }
    joints
}

fn joint(joints: &[Joint], rows: u32, group: u32) -> Option<Joint> {
    group.checked_sub(rows).and_then(|at| joints.get(at as usize).copied())
}

fn size_of(joints: &[Joint], rows: u32, group: u32) -> u32 {
    joint(joints, rows, group).map_or(1, |j| j.size)
}

impl Condensed {
    /// The tree of a spanning tree of at least two rows: a split into two groups of at least `least` rows makes two groups;
    /// from any other the larger part goes on as the same group, and the rest leaves.
    pub fn of(edges: Vec<Edge>, least: usize) -> Self {
        let joints = single_linkage(edges);
        let rows = joints.len() as u32 + 1;
        let root = Group { parent: 0, birth: 0.0, size: rows, children: None, stability: 0.0, death: 0.0 };
        let mut condensed = Self { groups: vec![root], rows: vec![(0, 0.0); rows as usize] };
        // Breadth first, so that groups are numbered as scikit-learn numbers them.
        let mut level = vec![(rows + joints.len() as u32 - 1, 0)];
        let mut next = Vec::new();
        while !level.is_empty() {
            for &(node, group) in &level {
                let Some(Joint { left, right, distance, .. }) = joint(&joints, rows, node) else { continue };
                let lambda = if distance > 0.0 { 1.0 / distance } else { f64::INFINITY };
                let large = [left, right].map(|side| size_of(&joints, rows, side) as usize >= least);
                if large == [true, true] {
                    let children = [left, right].map(|side| {
                        let child = condensed.split_off(group, size_of(&joints, rows, side), lambda);
                        next.push((side, child));
                        child
                    });
                    condensed.groups[group as usize].children = Some((children[0], children[1]));
                    continue;
                }
                for (side, large) in [left, right].into_iter().zip(large) {
                    if large {
                        next.push((side, group));
                    } else {
                        condensed.leave(&joints, side, group, lambda);
                    }
                }
            }
            level.clear();
            std::mem::swap(&mut level, &mut next);
        }
        condensed
    }

    fn split_off(&mut self, parent: u32, size: u32, lambda: f64) -> u32 {
        self.loses(parent, size, lambda);
        let child = self.groups.len() as u32;
        self.groups.push(Group { parent, birth: lambda, size, children: None, stability: 0.0, death: 0.0 });
        child
    }

    /// All rows below a node leave the group.
    fn leave(&mut self, joints: &[Joint], node: u32, group: u32, lambda: f64) {
        let rows = self.rows.len() as u32;
        let mut below = vec![node];
        while let Some(node) = below.pop() {
            if let Some(joint) = joint(joints, rows, node) {
                below.extend([joint.left, joint.right]);
            } else {
                self.rows[node as usize] = (group, lambda);
                self.loses(group, 1, lambda);
            }
        }
    }

    fn loses(&mut self, group: u32, size: u32, lambda: f64) {
        let group = &mut self.groups[group as usize];
        group.stability += (lambda - group.birth) * f64::from(size);
        group.death = group.death.max(lambda);
    }

    /// Chooses clusters among the groups and labels the rows.
    pub fn labelled(&self, settings: &Settings) -> Labelled {
        let chosen = self.chosen(settings);
        let mut count = 0;
        let names: Vec<Option<u32>> = chosen
            .iter()
            .map(|&chosen| {
                let name = chosen.then_some(count);
                count += u32::from(chosen);
                name
            })
            .collect();
        // The chosen group that each group lies in; group 0 where there is none.
        let mut home: Vec<u32> = Vec::with_capacity(self.groups.len());
        for (at, group) in (0_u32..).zip(&self.groups) {
            let above = home.get(group.parent as usize).copied().unwrap_or(0);
            home.push(if chosen[at as usize] { at } else { above });
        }
        // Rows that are in no group but 0 belong to it only where it is chosen alone, and where they stay long enough.
        let stay = if settings.epsilon > 0.0 { 1.0 / settings.epsilon } else { self.groups[0].death };
        let belongs = |&(left, lambda): &(u32, f64)| {
            let group = home[left as usize];
            let label = names[group as usize].filter(|_| group > 0 || (count == 1 && lambda >= stay));
            (label, label.map_or(0.0, |_| membership(lambda, self.groups[group as usize].death)))
        };
        let (labels, probabilities): (Vec<Option<u32>>, _) = self.rows.iter().map(belongs).unzip();
        // All rows as one cluster may have left it too early, every one.
        let count = labels.iter().flatten().max().map_or(0, |last| last + 1);
        Labelled { labels, probabilities, count }
    }

    /// Which groups are clusters.
    fn chosen(&self, settings: &Settings) -> Vec<bool> {
        let first = usize::from(!settings.allow_single_cluster);
        let chosen = match settings.choice {
            Choice::ExcessOfMass => self.by_excess_of_mass(settings, first),
            Choice::Leaf => self.groups.iter().enumerate().map(|(at, g)| at > 0 && g.children.is_none()).collect(),
        };
        let only_root = chosen.iter().skip(1).all(|c| !c);
        if settings.epsilon == 0.0 || only_root { chosen } else { self.merged(settings, &chosen) }
    }

    /// From the leaves up, a group is chosen over those below it unless they are together more stable, or it is too large.
    fn by_excess_of_mass(&self, settings: &Settings, first: usize) -> Vec<bool> {
        let most = settings.max_cluster_size.unwrap_or(usize::MAX);
        let mut stability: Vec<f64> = self.groups.iter().map(|g| g.stability).collect();
        let mut chosen = vec![false; self.groups.len()];
        for (at, group) in self.groups.iter().enumerate().skip(first).rev() {
            let below = group.children.map_or(0.0, |(a, b)| stability[a as usize] + stability[b as usize]);
            // As in scikit-learn, group 0 counts the rows of the groups that it splits into alone.
            let split = |(a, b): (u32, u32)| self.groups[a as usize].size + self.groups[b as usize].size;
            let size = if at == 0 { group.children.map_or(0, split) } else { group.size };
            // Where both are infinite or undefined (rows on one spot) the larger group stays.
            chosen[at] = !(below > stability[at] || size as usize > most);
            if !chosen[at] {
                stability[at] = below;
            }
        }
        self.topmost(chosen)
    }

    /// Of groups within each other the outermost alone.
    fn topmost(&self, mut chosen: Vec<bool>) -> Vec<bool> {
        let mut covered = vec![false; chosen.len()];
        for (at, group) in self.groups.iter().enumerate().skip(1) {
            let above = group.parent as usize;
            covered[at] = covered[above] || chosen[above];
            chosen[at] &= !covered[at];
        }
        chosen
    }

    /// Clusters that split off below a distance of epsilon give way to the group that did so above it (Malzer, Baum 2020).
    fn merged(&self, settings: &Settings, chosen: &[bool]) -> Vec<bool> {
        let mut merged = vec![false; chosen.len()];
        for (at, _) in chosen.iter().enumerate().filter(|(_, chosen)| **chosen) {
            let group = if 1.0 / self.groups[at].birth < settings.epsilon { self.upwards(settings, at) } else { at };
            merged[group] = true;
        }
        merged
    }

    fn upwards(&self, settings: &Settings, mut at: usize) -> usize {
        loop {
            let parent = self.groups[at].parent as usize;
            if parent == 0 {
                return if settings.allow_single_cluster { 0 } else { at };
            }
            if 1.0 / self.groups[parent].birth > settings.epsilon {
                return parent;
            }
            at = parent;
        }
    }
}

/// How long a row stayed, as a share of how long the cluster lasted.
fn membership(lambda: f64, death: f64) -> f64 {
    if death == 0.0 || lambda.is_infinite() { 1.0 } else { lambda.min(death) / death }
}
